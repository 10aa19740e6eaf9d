using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Stochastic;

/// <summary>Solves initial value problems of stochastic differential equations with constant steps, along a given Brownian path.</summary>
public static class SdeSolver
{
    /// <summary>Solves a problem.</summary>
    /// <returns>
    /// The states at the times asked for; belongs to the caller. Its statistics count evaluations of drift, diffusion and the diffusion's derivative together. The same path gives the same
    /// solution, with fewer or more steps an approximation of the same one.
    /// </returns>
    /// <exception cref="ArgumentException">Field, start, method, times and path do not fit together.</exception>
    /// <exception cref="OdeSolveException">The state is no longer finite, or the steps are used up.</exception>
    public static OdeSolution Solve(SdeProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var field = problem.Check();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var lease = new PoolLease(problem.Pool);
        var (start, spec) = (problem.Start, WorkspaceSpec.For(problem.Start));
        var workspace = lease.Rent(SolveLease.FieldKey(field, spec), () => field.CreateWorkspace(spec));
        var step = lease.Rent((nameof(SdeStep), problem.Stepper, start.Layout, spec.Key), () => new SdeStep(start.Layout, start.DType, start.Device, problem.Stepper.Scratch));
        var tape = workspace.RentTape();
        try
        {
            step.Begin(field, tape, problem.Times[0], start);
            return Run(problem, step);
        }
        finally
        {
            workspace.ReturnTape(tape);
        }
    }

    private static OdeSolution Run(SdeProblem problem, SdeStep step)
    {
        double[] times = problem.Times;
        double largest = Math.Max(Math.Abs(times[0]), Math.Abs(times[^1]));
        var noise = new PathNoise(problem.Path, problem.Start.Layout);
        noise.Begin(times[0]);
        var (states, met, taken) = (new List<FlatVector>(), new List<double>(), 0);
        try
        {
            for (int interval = 1; interval < times.Length; interval++)
            {
                double from = times[interval - 1], to = times[interval];
                int count = problem.StepsTo(interval);
                for (int i = 1; i <= count; i++)
                {
                    // Multiples of the step, not sums of it: a power of two of them ends at nodes of the path's tree.
                    double next = i == count ? to : from + ((to - from) * i / count);
                    if (problem.Limits.Refusal(new(step.Time, next, Math.Abs(next - step.Time)) { LargestTime = largest, Tried = taken, Evaluations = step.Evaluations }) is { } refusal)
                    {
                        return problem.Limits.OnLimit == LimitAction.ReturnPartial ? Solution(false) : throw refusal;
                    }

                    Make(problem, step, noise, next);
                    taken++;
                }

                Keep();
            }

            return Solution(true);
        }
        catch
        {
            states.ForEach(state => state.Dispose());
            throw;
        }

        void Keep()
        {
            states.Add(step.State.Clone());
            met.Add(step.Time);
        }

        OdeSolution Solution(bool hasArrived)
        {
            if (met.Count == 0 || met[^1] != step.Time)
            {
                Keep();
            }

            return new(states, met, new() { Evaluations = step.Evaluations, AcceptedSteps = taken, HasArrived = hasArrived });
        }
    }

    private static void Make(SdeProblem problem, SdeStep step, PathNoise noise, double next)
    {
        step.Aim(next);
        noise.Next(next, step.Noise);
        problem.Stepper.Advance(step);
        if (!LinearCombination.IsFinite(step.Candidate, problem.Start.Layout.DerivativeRanges))
        {
            throw new OdeSolveException($"The state is no longer finite after a step of '{problem.Stepper.Name}'. Take more steps, or check drift and diffusion for growth that no step can follow.", step.Time, Math.Abs(step.Length), step.Evaluations);
        }

        step.Accept();
    }
}
