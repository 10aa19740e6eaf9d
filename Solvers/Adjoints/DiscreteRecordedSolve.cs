using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Adjoints;

/// <summary>A recorded solve whose pullback differentiates the steps that were made.</summary>
internal sealed class DiscreteRecordedSolve(
    IDifferentiableField field, IDifferentiableStepper stepper, OdeProblem problem, SolveLease lease, DiscreteMemory memory, SolveStatistics statistics) : RecordedSolve
{
    public override IReadOnlyList<FlatVector> States => memory.Arrived;

    public override SolveStatistics Statistics { get; } = statistics;

    public override IReadOnlyList<double> Grid => memory.Grid;

    /// <summary>What is kept.</summary>
    internal DiscreteMemory Memory => memory;

    public override void Dispose()
    {
        memory.Dispose();
        lease.Dispose();
    }

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var sweep = new CotangentSweep(field, stepper, problem, lease.Field, intoStart, intoGradient);
        for (int interval = stateCotangents.Length - 1; interval >= 0; interval--)
        {
            sweep.Arrive(stateCotangents[interval]);
            int first = interval == 0 ? 0 : memory.StepsBefore[interval - 1];
            for (int n = memory.StepsBefore[interval] - 1; n >= first; n--)
            {
                var record = memory.Take(n, field, sweep.Steps);
                sweep.Pullback(record, interval);
                if (n == 0)
                {
                    sweep.PullbackStart(record);
                }

                memory.Release(record);
            }
        }

        int again = memory.SharesTape ? stepper.TapedStages - 1 : 0; // stages of a step on one tape: all but the last are evaluated once more
        return sweep.Gradient((memory.ReplayedSteps * stepper.TapedStages) + ((memory.Grid.Count - 1) * again));
    }
}
