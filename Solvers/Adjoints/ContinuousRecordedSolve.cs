using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>A recorded solve whose pullback is a solve of its own, backward from each time asked for to the one before.</summary>
internal sealed class ContinuousRecordedSolve(
    ContinuousAdjoint adjoint, IDifferentiableField field, OdeProblem problem, BackwardPlan plan, SolveLease lease, FieldTape tape, ForwardMemory memory, SolveStatistics statistics) : RecordedSolve
{
    private int _returned;

    public override IReadOnlyList<FlatVector> States => memory.States;

    public override SolveStatistics Statistics { get; } = statistics;

    public override IReadOnlyList<double> Grid => memory.Grid;

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            memory.Dispose();
            lease.Field.ReturnTape(tape);
            lease.Dispose();
        }
    }

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var cotangents = stateCotangents.ToArray();
        bool carriesGradient = adjoint.Norm == BackwardNorm.Full || !plan.Stepper.StatesStageWeights;
        var layout = new BackwardLayout(problem.Start.Layout, intoGradient.Layout, adjoint.Norm, adjoint.RebuildsState, carriesGradient);
        using var pool = new PoolLease(problem.Pool);
        FlatVector State() => pool.Rent((nameof(ContinuousRecordedSolve), layout.State, problem.Spec.Key), problem.Start.CreateLike);
        FlatVector Gradient() => pool.Rent((nameof(ParameterSum), intoGradient.Layout, problem.Spec.Key), intoGradient.CreateLike);
        var step = pool.Rent((nameof(ContinuousRecordedSolve), plan.Stepper, layout.Whole, problem.Spec.Key), () => plan.Stepper.CreateWorkspace(layout.Whole, problem.Start.DType, problem.Start.Device));
        var path = memory.Path(Statistics) is { } solution ? new InterpolatedPath(solution, State(), State()) : null;
        var sum = carriesGradient ? null : new ParameterSum(field, intoGradient, Gradient(), Gradient());
        var drift = layout.RebuildsState ? new StateDrift(adjoint.LargestDrift, State()) : null;
        var system = new BackwardSystem(field, tape, layout, path, sum);
        using (var start = new FlatVector(layout.Whole, problem.Start.DType, problem.Start.Device))
        {
            Inject(layout, start, memory.States[^1], cotangents[^1]);
            step.Begin(system, plan.Times[0], start);
        }

        var cost = Run(layout, step, drift, cotangents);
        intoStart.CopyFrom(layout.AdjointOf(step.State));
        if (carriesGradient)
        {
            LinearCombination.Write(intoGradient, [1], [layout.GradientOf(step.State)], [new(0, intoGradient.Layout.Length)], intoGradient);
        }

        double[] byTime = [-Along(intoStart, 0), .. cotangents.Select((cotangent, i) => Along(cotangent, i + 1))];
        return new(byTime, cost with { Pullbacks = system.Pullbacks }) { Drift = drift?.Largest ?? 0 };
    }

    /// <summary>The backward solve; at each time on its way the state becomes the true one and the cotangent of that state is added.</summary>
    private SolveStatistics Run(BackwardLayout layout, StepWorkspace step, StateDrift? drift, FlatVector[] cotangents)
    {
        int interval = cotangents.Length - 1; // of the forward solve, from its states[interval - 1], or the start, to states[interval]
        FlatVector Known(int index) => index < 0 ? memory.Start : memory.States[index];
        try
        {
            return new StepLoop(step, plan.Steps).Finish(index =>
            {
                if (index > 0)
                {
                    interval--;
                    drift?.Measure(step.Time, step.Evaluations, layout.StateOf(step.State), Known(interval), Known(interval + 1));
                    if (interval >= 0)
                    {
                        step.Restart(state => Inject(layout, state, Known(interval), cotangents[interval]));
                    }
                }
            });
        }
        catch (OdeSolveException cause) when (drift is not { IsRefused: true })
        {
            string advice = drift is not null && StateDrift.HasGrown(layout.StateOf(step.State), Known(interval - 1), Known(interval))
                ? "The state that it rebuilds has outgrown those of the forward solve, so the reversed dynamics are unstable: use interpolated, checkpointed or auto."
                : "Checkpointed and auto have no backward solve that could fail.";
            throw new OdeSolveException($"The backward solve of '{adjoint.Name}' cannot go on. {advice} It ended so:", cause);
        }
    }

    /// <summary>A cotangent along dy/dt at a time of the problem.</summary>
    private double Along(FlatVector cotangent, int time) => LinearCombination.Dot(cotangent, memory.Slopes[time], problem.Start.Layout.DerivativeRanges);

    private static void Inject(BackwardLayout layout, FlatVector whole, FlatVector state, FlatVector cotangent)
    {
        if (layout.RebuildsState)
        {
            layout.StateOf(whole).CopyFrom(state);
        }

        var adjoint = layout.AdjointOf(whole);
        LinearCombination.Write(adjoint, [1], [cotangent], [new(0, layout.State.Length)], adjoint);
    }
}
