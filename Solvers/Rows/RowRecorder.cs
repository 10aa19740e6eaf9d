using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>Keeps the steps of a solve in which every row has its own, for its exact gradient.</summary>
internal sealed class RowRecorder : IRowSystem, IDisposable
{
    private readonly RowTapes _kept;
    private readonly TapeBudget _budget;
    private readonly int _stages;
    private RowBatch _batch = null!;
    private TrialTapes? _trial;
    private long _taken;

    private RowRecorder(IDifferentiableStepper stepper, RowTapes kept, TapeBudget budget) =>
        (_kept, _budget, _stages) = (kept, budget, stepper.TapedStages);

    public bool KeepsBatches => true;

    /// <summary>The steps.</summary>
    public List<RowStep> Steps { get; } = [];

    private List<RowBatch> Batches { get; } = [];

    /// <param name="stepper">The method.</param>
    /// <param name="problem">The problem, checked.</param>
    /// <param name="kept">Which tapes are kept.</param>
    /// <param name="budget">Counts what is kept.</param>
    public static RecordedSolve Record(IDifferentiableStepper stepper, OdeProblem problem, RowTapes kept, TapeBudget budget)
    {
        var recorder = new RowRecorder(stepper, kept, budget);
        try
        {
            using var loop = new RowLoop(problem, recorder);
            var solution = loop.Run();
            recorder._trial?.Return();
            return new RowRecordedSolve(stepper, problem, solution, recorder);
        }
        catch
        {
            recorder.Dispose();
            throw;
        }
    }

    public void Begin(RowBatch batch)
    {
        _trial?.Return();
        (_batch, _trial) = (batch, new(batch.Lease.Field, _stages));
        Batches.Add(batch);
    }

    public void Keep(RowBatch batch, double[] times, double[] nextTimes, List<(int Time, long Place)> arrivals, bool isFinite)
    {
        FieldTape[] trial = _trial!.Stages.ToArray();
        long bytes = trial.Sum(tape => tape.Bytes);
        bool keeps = isFinite && (_kept == RowTapes.All || (_kept == RowTapes.WithinBudget && _budget.Fits(bytes)));
        if (keeps)
        {
            _trial.Release(holdsNextFirst: false);
        }

        var start = batch.State.Clone();
        Take((keeps ? bytes : 0) + TensorFootprint.Of(start.Flat.numel() * start.Flat.element_size(), 1));
        Steps.Add(new(batch, times, nextTimes, arrivals, start, keeps ? trial : null));
    }

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative) =>
        _batch.Field.Evaluate(point.Time, state, _trial!.Of(point.Stage), intoDerivative);

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
        _trial?.Return();
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
}
