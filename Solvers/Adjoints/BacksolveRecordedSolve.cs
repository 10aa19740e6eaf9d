using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>A recorded solve that keeps the states at the times asked for and integrates backward from each to the one before.</summary>
internal sealed class BacksolveRecordedSolve(
    BacksolveAdjoint adjoint, IDifferentiableField field, OdeProblem problem, SolveLease lease, FieldTape tape, List<FlatVector> states, IReadOnlyList<double> grid, SolveStatistics statistics) : RecordedSolve
{
    private int _returned;

    public override IReadOnlyList<FlatVector> States => states;

    public override SolveStatistics Statistics { get; } = statistics;

    public override IReadOnlyList<double> Grid => grid;

    public override void Dispose()
    {
        states.ForEach(state => state.Dispose());
        states.Clear();
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            lease.Field.ReturnTape(tape);
            lease.Dispose();
        }
    }

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var layout = new BacksolveLayout(problem.Start.Layout, intoGradient.Layout, adjoint.Norm);
        var controller = adjoint.Controller ?? problem.Controller;
        var (pool, dtype, device) = (problem.Pool, problem.Start.DType, problem.Start.Device);
        object stepKey = (nameof(BacksolveRecordedSolve), problem.Stepper, layout.Whole, problem.Spec.Key);
        object sumKey = (nameof(BacksolveSystem), intoGradient.Layout, problem.Spec.Key);
        var step = pool.Rent(stepKey, () => problem.Stepper.CreateWorkspace(layout.Whole, dtype, device));
        var (stepSum, firstStage) = (pool.Rent(sumKey, intoGradient.CreateLike), pool.Rent(sumKey, intoGradient.CreateLike));
        using var start = new FlatVector(layout.Whole, dtype, device);
        double[] backward = [.. problem.Times.Reverse()];
        var byTime = new double[backward.Length];
        var cotangents = stateCotangents.ToArray();
        try
        {
            var system = new BacksolveSystem(field, tape, layout, intoGradient, stepSum, firstStage);
            layout.StateOf(start).CopyFrom(states[^1]);
            layout.AdjointOf(start).CopyFrom(cotangents[^1]);
            step.Begin(system, backward[0], start);
            byTime[^1] = Along(layout, step, cotangents[^1]);
            var cost = StepLoop.Run(step, backward, controller.Start(problem.Stepper, backward), controller.Tolerances, problem.Norm, problem.Limits, index =>
            {
                int time = backward.Length - 1 - index;
                if (index > 0 && time > 0)
                {
                    step.Restart(state => Inject(layout, state, states[time - 1], cotangents[time - 1]));
                    byTime[time] = Along(layout, step, cotangents[time - 1]);
                }
            });
            intoStart.CopyFrom(layout.AdjointOf(step.State));
            byTime[0] = -Along(layout, step, intoStart);
            if (layout.Parameters is not null)
            {
                LinearCombination.Write(intoGradient, [1], [layout.GradientOf(step.State)], [new(0, intoGradient.Layout.Length)], intoGradient);
            }

            return new(byTime, cost with { Evaluations = step.Evaluations, Pullbacks = system.Pullbacks });
        }
        finally
        {
            pool.Return(stepKey, step);
            pool.Return(sumKey, stepSum);
            pool.Return(sumKey, firstStage);
        }
    }

    /// <summary>c · dy/dt at the solve's present time.</summary>
    private static double Along(BacksolveLayout layout, StepWorkspace step, FlatVector cotangent) =>
        LinearCombination.Dot(cotangent, layout.StateOf(step.StartDerivative()), layout.State.DerivativeRanges);

    private static void Inject(BacksolveLayout layout, FlatVector whole, FlatVector state, FlatVector cotangent)
    {
        layout.StateOf(whole).CopyFrom(state);
        var adjoint = layout.AdjointOf(whole);
        LinearCombination.Write(adjoint, [1], [cotangent], [new(0, layout.State.Length)], adjoint);
    }
}
