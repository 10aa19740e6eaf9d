using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>Keeps the steps of a solve in which every row has its own, for its exact gradient.</summary>
internal sealed class RowRecorder : IStageSystem, IDisposable
{
    private readonly RowTapes _kept;
    private readonly TapeBudget _budget;
    private readonly FieldTape?[] _trial;
    private RowBatch _batch = null!;
    private long _taken;

    private RowRecorder(IDifferentiableStepper stepper, RowTapes kept, TapeBudget budget) =>
        (_kept, _budget, _trial) = (kept, budget, new FieldTape?[stepper.TapedStages + 1]);

    /// <summary>The steps.</summary>
    public List<RowStep> Steps { get; } = [];

    private List<RowBatch> Batches { get; } = [];

    /// <param name="field">The field.</param>
    /// <param name="stepper">The method.</param>
    /// <param name="problem">The problem, checked.</param>
    /// <param name="kept">Which tapes are kept.</param>
    /// <param name="budget">Counts what is kept.</param>
    public static RecordedSolve Record(IDifferentiableField field, IDifferentiableStepper stepper, OdeProblem problem, RowTapes kept, TapeBudget budget)
    {
        var recorder = new RowRecorder(stepper, kept, budget);
        try
        {
            using var loop = new RowLoop(problem, recorder);
            var solution = loop.Run();
            recorder.ReturnTrial();
            return new RowRecordedSolve(field, stepper, problem, solution, recorder);
        }
        catch
        {
            recorder.Dispose();
            throw;
        }
    }

    /// <summary>The steps that follow are those of a batch, which belongs to this recorder.</summary>
    public void Begin(RowBatch batch)
    {
        if (_batch is not null)
        {
            ReturnTrial();
        }

        _batch = batch;
        Batches.Add(batch);
    }

    /// <summary>Keeps the step just tried.</summary>
    /// <param name="batch">The batch, whose states are still those before the step.</param>
    /// <param name="times">The start of each row's step.</param>
    /// <param name="nextTimes">Its end, or its start where it was not accepted.</param>
    /// <param name="arrivals">The times that rows met, and their places.</param>
    /// <param name="isFinite">Whether the stages of all rows are finite, so that rejected ones do no harm where their step has no length.</param>
    public void Keep(RowBatch batch, double[] times, double[] nextTimes, List<(int Time, long Place)> arrivals, bool isFinite)
    {
        int stages = _trial.Length - 1;
        long bytes = _trial.Take(stages).Sum(tape => tape!.Bytes);
        bool keeps = isFinite && (_kept == RowTapes.All || (_kept == RowTapes.WithinBudget && _budget.Fits(bytes)));
        FieldTape[]? tapes = null;
        if (keeps)
        {
            tapes = [.. _trial.Take(stages).Select(tape => tape!)];
            Array.Clear(_trial, 0, stages);
        }

        var start = batch.State.Clone();
        Take((keeps ? bytes : 0) + TensorFootprint.Of(start.Flat.numel() * start.Flat.element_size(), 1));
        Steps.Add(new(batch, times, nextTimes, arrivals, start, tapes));
    }

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative)
    {
        var tape = _trial[Math.Min(point.Stage, _trial.Length - 1)] ??= _batch.Lease.Field.RentTape();
        _batch.Field.Evaluate(point.Time, state, tape, intoDerivative);
    }

    public void Accepted(in AcceptedStep step)
    {
    }

    public void Rejected()
    {
    }

    /// <summary>Gives a step's tapes and states back.</summary>
    public static void Release(RowStep step)
    {
        foreach (var tape in step.Tapes ?? [])
        {
            step.Batch.Lease.Field.ReturnTape(tape);
        }

        step.Start.Dispose();
    }

    public void Dispose()
    {
        ReturnTrial();
        Steps.ForEach(Release);
        Steps.Clear();
        Batches.ForEach(batch => batch.Dispose());
        Batches.Clear();
        _budget.Give(_taken);
        _taken = 0;
    }

    private void Take(long bytes)
    {
        _budget.Take(bytes);
        _taken += bytes;
    }

    private void ReturnTrial()
    {
        for (int i = 0; i < _trial.Length; i++)
        {
            if (_trial[i] is { } tape)
            {
                _batch.Lease.Field.ReturnTape(tape);
                _trial[i] = null;
            }
        }
    }
}
