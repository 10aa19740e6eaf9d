using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// The steps of a recorded solve: states always, tapes and stage derivatives of the newest steps while the budget lasts. Vectors are
/// kept with the field's workspace pool between solves.
/// </summary>
internal sealed class DiscreteMemory : IDisposable
{
    private readonly FieldWorkspace _workspace;
    private readonly WorkspacePool _pool;
    private readonly object _vectorKey;
    private readonly FlatVector _like;
    private readonly TapeBudget _budget;
    private readonly int _stages;
    private readonly long _vectorBytes;
    private readonly List<FlatVector> _arrived = [];
    private int _oldestTaped;
    private long _taken;

    public DiscreteMemory(FieldWorkspace workspace, OdeProblem problem, IDifferentiableStepper stepper, TapeBudget budget)
    {
        (_workspace, _pool, _like, _budget, _stages) = (workspace, problem.Pool, problem.Start, budget, stepper.TapedStages);
        _vectorKey = (nameof(DiscreteMemory), problem.Start.Layout, problem.Spec.Key);
        _vectorBytes = problem.Start.Layout.Length * (problem.Start.DType == TorchSharp.torch.ScalarType.Float32 ? 4 : 8);
    }

    public List<StepRecord> Steps { get; } = [];

    /// <summary>For each arrived state, how many steps lie before it.</summary>
    public List<int> StepsBefore { get; } = [];

    public IReadOnlyList<FlatVector> Arrived => _arrived;

    public void Keep(in AcceptedStep step, ReadOnlySpan<FieldTape> tapes)
    {
        var record = new StepRecord { Time = step.Time, NextTime = step.NextTime, Start = Copy(step.Start), Tapes = tapes.ToArray() };
        Steps.Add(record);
        if (_budget.Bytes == 0)
        {
            ReturnTapes(record); // nothing will be kept: spare the copies
            _oldestTaped = Steps.Count;
            return;
        }

        record.Derivatives = new FlatVector[_stages];
        for (int i = 0; i < _stages; i++)
        {
            record.Derivatives[i] = Copy(step.Derivatives[i]);
        }

        Take(record.Tapes.Sum(tape => tape.Bytes));
        while (_budget.IsExceeded && _oldestTaped < Steps.Count)
        {
            Release(Steps[_oldestTaped++]);
        }
    }

    public void Arrive(FlatVector state)
    {
        _arrived.Add(Copy(state));
        StepsBefore.Add(Steps.Count);
    }

    /// <summary>Gives a step tapes and vectors to be replayed onto.</summary>
    public void Provide(StepRecord record)
    {
        record.Tapes = [.. Enumerable.Range(0, _stages).Select(_ => _workspace.RentTape())];
        record.Derivatives = [.. Enumerable.Range(0, _stages).Select(_ => Rent())];
        Take(record.Tapes.Sum(tape => tape.Bytes));
    }

    /// <summary>Takes tapes and derivatives of a step back.</summary>
    public void Release(StepRecord record)
    {
        Give(record.Tapes.Sum(tape => tape.Bytes));
        ReturnTapes(record);
        foreach (var vector in record.Derivatives)
        {
            Return(vector);
        }

        record.Derivatives = [];
    }

    public FlatVector Rent()
    {
        Take(_vectorBytes);
        return _pool.Rent(_vectorKey, _like.CreateLike);
    }

    public void Return(FlatVector vector)
    {
        Give(_vectorBytes);
        _pool.Return(_vectorKey, vector);
    }

    public void Dispose()
    {
        foreach (var record in Steps)
        {
            Release(record);
            Return(record.Start);
        }

        _arrived.ForEach(Return);
        Steps.Clear();
        _arrived.Clear();
        _budget.Give(_taken);
    }

    private FlatVector Copy(FlatVector source)
    {
        var copy = Rent();
        copy.CopyFrom(source);
        return copy;
    }

    private void ReturnTapes(StepRecord record)
    {
        foreach (var tape in record.Tapes)
        {
            _workspace.ReturnTape(tape);
        }

        record.Tapes = [];
    }

    private void Take(long bytes)
    {
        _taken += bytes;
        _budget.Take(bytes);
    }

    private void Give(long bytes)
    {
        _taken -= bytes;
        _budget.Give(bytes);
    }
}
