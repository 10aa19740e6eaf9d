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

    public override void Dispose()
    {
        memory.Dispose();
        lease.Dispose();
    }

    private protected override SolveGradient PullbackOnce(ReadOnlySpan<FlatVector> stateCotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        object key = (nameof(StepPullback), stepper, problem.Start.Layout, problem.Spec.Key);
        var pullback = problem.Pool.Rent(key, () => stepper.CreatePullback(problem.Start.Layout, problem.Start.DType, problem.Start.Device));
        var times = new double[problem.Times.Length];
        int replayed = 0, steps = memory.Steps.Count;
        intoStart.Clear();
        VectorRange[] everything = [new(0, intoStart.Layout.Length)];
        try
        {
            for (int interval = stateCotangents.Length - 1; interval >= 0; interval--)
            {
                LinearCombination.Write(intoStart, [1], [stateCotangents[interval]], everything, intoStart);
                int first = interval == 0 ? 0 : memory.StepsBefore[interval - 1];
                for (int n = memory.StepsBefore[interval] - 1; n >= first; n--)
                {
                    var record = memory.Steps[n];
                    if (record.Tapes.Length == 0)
                    {
                        memory.Provide(record);
                        pullback.Replay(field, record);
                        replayed++;
                    }

                    AddTimeGradient(times, interval, record, pullback.Pullback(field, record, intoStart, intoGradient));
                    memory.Release(record);
                }
            }
        }
        finally
        {
            problem.Pool.Return(key, pullback);
        }

        int stages = stepper.TapedStages;
        return new(times, new() { Evaluations = replayed * stages, Pullbacks = steps * stages, AcceptedSteps = steps });
    }

    /// <summary>
    /// All steps of an interval [T0, T1] stretch with it: t_n = T0 + s_n(T1 − T0) and h_n = w_n(T1 − T0), with the accepted grid's s_n, w_n.
    /// </summary>
    private void AddTimeGradient(double[] times, int interval, StepRecord record, StepTimeGradient gradient)
    {
        double start = problem.Times[interval], length = problem.Times[interval + 1] - start;
        double s = (record.Time - start) / length, w = (record.NextTime - record.Time) / length;
        times[interval + 1] += (gradient.Step * w) + (gradient.Time * s);
        times[interval] += (gradient.Time * (1 - s)) - (gradient.Step * w);
    }
}
