using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>
/// θ̄ = ∫(∂f/∂θ)ᵀa dt of a backward solve in which every row has its own steps. Once it is known which rows keep a step, it is made again by these alone, with the weights of its stages.
/// </summary>
/// <param name="field">What the solve integrates, for all rows.</param>
/// <param name="total">Is added to.</param>
/// <param name="stepSum">Scratch in the layout of θ.</param>
/// <param name="firstStage">Scratch in the layout of θ.</param>
internal sealed class RowParameterSum(RowBackwardField field, FlatVector total, FlatVector stepSum, FlatVector firstStage) : IRowSystem, IDisposable
{
    private RowBatch _batch = null!;
    private RowTimeField? _forward;
    private BackwardSystem _weighted = null!;

    public bool KeepsBatches => false;

    /// <summary>Evaluations of f in steps made again.</summary>
    public int Evaluations { get; private set; }

    /// <summary>Pullbacks of f so far.</summary>
    public int Pullbacks { get; private set; }

    public void Begin(RowBatch batch)
    {
        _forward?.Dispose();
        _batch = batch;
        var parts = field.Parts(batch.Size);
        var rows = batch.Field.Inner as RowBackwardField ?? field;
        _forward = new(rows.Forward, parts.StateOf(batch.State), null);
        _weighted = new(_forward, batch.Tape, parts, null, new(_forward, total, stepSum, firstStage));
    }

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative)
    {
        Pullbacks++;
        _batch.Field.Evaluate(point.Time, state, _batch.Tape, intoDerivative);
    }

    public void Keep(RowBatch batch, double[] times, double[] nextTimes, List<(int Time, long Place)> arrivals, bool isFinite)
    {
        if (times.AsSpan().SequenceEqual(nextTimes))
        {
            return;
        }

        _forward!.SetSteps(times, nextTimes);
        var step = batch.Lease.Step;
        int before = _weighted.Pullbacks;
        step.Begin(_weighted, 0, batch.State);
        step.Try(1);
        step.Accept(isLast: true);
        Evaluations += step.Evaluations;
        Pullbacks += _weighted.Pullbacks - before;
    }

    public void Accepted(in AcceptedStep step)
    {
    }

    public void Rejected()
    {
    }

    public void Dispose() => _forward?.Dispose();
}
