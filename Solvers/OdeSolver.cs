using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Stiffness;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers;

/// <summary>Solves initial value problems without gradients; an adjoint (<see cref="Adjoints.IAdjoint"/>) records a solve that has them.</summary>
public static class OdeSolver
{
    /// <summary>Solves a problem.</summary>
    /// <returns>The states at the times asked for; belongs to the caller.</returns>
    /// <exception cref="ArgumentException">Field, start, method and controller do not fit together.</exception>
    /// <exception cref="OdeSolveException">The solve cannot go on; the message says where and what to do.</exception>
    public static OdeSolution Solve(OdeProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return StiffFallback.Solve(problem, one => Solve(one, _ => { }));
    }

    /// <summary>Solves a problem and keeps a polynomial of each step, by which the state can be had at any time in between.</summary>
    /// <returns>The solution as a function of time; belongs to the caller.</returns>
    /// <exception cref="ArgumentException">Field, start, method and controller do not fit together.</exception>
    /// <exception cref="OdeSolveException">The solve cannot go on; the message says where and what to do.</exception>
    public static DenseSolution SolveDense(OdeProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        if (problem.IsPerRow)
        {
            throw new ArgumentException("The polynomials of steps are those of a batch with one time; rows with times of their own have none together. Ask for the states at times instead.", nameof(problem));
        }

        return StiffFallback.Solve(problem, DenseOf);
    }

    private static DenseSolution DenseOf(OdeProblem problem)
    {
        var steps = new List<StepInterpolant>();
        try
        {
            using var solution = Solve(problem, integrator => steps.Add(integrator.CreateInterpolant()));
            return steps.Count > 0
                ? new DenseSolution(steps, solution.Statistics, solution.EndedBy?.Time) { Occurrences = [.. solution.Occurrences.Select(one => one.Copy())] }
                : throw new OdeSolveException($"No step was accepted before the solve ended, so that there is nothing to interpolate. Leave {nameof(LimitAction)}.{nameof(LimitAction.Throw)} to be told why.", problem.Times[0], 0, solution.Statistics.Evaluations);
        }
        catch
        {
            steps.ForEach(step => step.Dispose());
            throw;
        }
    }

    private static OdeSolution Solve(OdeProblem problem, Action<OdeIntegrator> accepted)
    {
        problem.Check();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (problem.SolvesRowsAlone)
        {
            return RowsAlone.Solve(problem);
        }

        if (problem.HasOwnSteps)
        {
            using var loop = new RowLoop(problem, null);
            return loop.Run();
        }

        using var integrator = new OdeIntegrator(problem);
        var states = new List<FlatVector>();
        try
        {
            while (integrator.Step())
            {
                accepted(integrator);
                if (integrator.Met > 0)
                {
                    states.Add(integrator.State.Clone());
                }
            }

            double[] times = [.. problem.Times.Skip(1).Take(states.Count)];
            if (!integrator.IsDone && (times.Length == 0 || times[^1] != integrator.Time))
            {
                states.Add(integrator.State.Clone());
                times = [.. times, integrator.Time];
            }

            return new(states, times, integrator.Statistics) { Occurrences = integrator.Occurrences, Grid = integrator.Grid };
        }
        catch
        {
            states.ForEach(state => state.Dispose());
            foreach (var occurrence in integrator.Occurrences)
            {
                occurrence.State.Dispose();
            }

            throw;
        }
    }
}
