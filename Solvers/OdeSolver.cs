using FlowOde.Solvers.Events;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Steppers;
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
    public static OdeSolution Solve(OdeProblem problem) => Solve(problem, _ => { });

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

        var steps = new List<StepInterpolant>();
        try
        {
            using var solution = Solve(problem, workspace => steps.Add(workspace.CreateInterpolant()));
            return steps.Count > 0
                ? new DenseSolution(steps, solution.Statistics, solution.EndedBy?.Time)
                : throw new OdeSolveException("No step was accepted before the limit of steps was used up, so that there is nothing to interpolate. Raise the limit or loosen the tolerances.", problem.Times[0], 0, solution.Statistics.Evaluations);
        }
        catch
        {
            steps.ForEach(step => step.Dispose());
            throw;
        }
    }

    private static OdeSolution Solve(OdeProblem problem, Action<StepWorkspace> accepted)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Check();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (problem.IsPerRow)
        {
            using var loop = new RowLoop(problem, null);
            return loop.Run();
        }

        var control = problem.Controller.Start(problem.Stepper, problem.Times);
        using var lease = SolveLease.Rent(problem);
        var tape = lease.Field.RentTape();
        using var search = problem.Events.Count == 0 ? null : new EventSearch(problem.Events, problem.Times[0], problem.Start);
        var states = new List<FlatVector>();
        try
        {
            lease.Step.Begin(new FieldSystem(problem.Field, tape), problem.Times[0], problem.Start);
            var statistics = StepLoop.Run(lease.Step, problem.Stops, control, problem.Controller.Tolerances, problem.Norm, problem.Limits, index =>
            {
                accepted(lease.Step);
                bool isOver = search?.Look(lease.Step) ?? false;
                if (index > 0 && !(isOver && search!.Grid[^1] != lease.Step.Time))
                {
                    states.Add(lease.Step.State.Clone());
                }

                return isOver;
            });
            double[] times = [.. problem.Times.Skip(1).Take(states.Count)];
            if (!statistics.HasArrived && (times.Length == 0 || times[^1] != lease.Step.Time))
            {
                states.Add(lease.Step.State.Clone());
                times = [.. times, lease.Step.Time];
            }

            return new(states, times, statistics with { Evaluations = lease.Step.Evaluations }) { Occurrences = search?.Occurrences ?? [], Grid = search?.Grid ?? [] };
        }
        catch
        {
            states.ForEach(state => state.Dispose());
            search?.Occurrences.ForEach(occurrence => occurrence.State.Dispose());
            throw;
        }
        finally
        {
            lease.Field.ReturnTape(tape);
        }
    }
}
