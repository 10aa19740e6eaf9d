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
    private long _reserve;

    public DiscreteMemory(FieldWorkspace workspace, OdeProblem problem, IDifferentiableStepper stepper, TapeBudget budget)
    {
        (_workspace, _pool, _like, _budget, _stages) = (workspace, problem.Pool, problem.Start, budget, stepper.TapedStages);
        Grid.Add(problem.Times[0]);
        _vectorKey = (nameof(DiscreteMemory), problem.Start.Layout, problem.Spec.Key);
        _vectorBytes = problem.Start.Layout.Length * (problem.Start.DType == TorchSharp.torch.ScalarType.Float32 ? 4 : 8);
    }

    public List<StepRecord> Steps { get; } = [];

    /// <summary>For each arrived state, how many steps lie before it.</summary>
    public List<int> StepsBefore { get; } = [];

    public IReadOnlyList<FlatVector> Arrived => _arrived;

    /// <summary>The start, then the end of each accepted step.</summary>
    public List<double> Grid { get; } = [];

    public void Keep(in AcceptedStep step, ReadOnlySpan<FieldTape> tapes)
    {
        Grid.Add(step.NextTime);
        long bytes = 0;
        foreach (var tape in tapes)
        {
            bytes += tape.Bytes;
        }

        if (Steps.Count == 0)
        {
            _reserve = bytes + (bytes / _stages); // the step in work holds as many tapes at any time, and one for its last evaluation
            Take(_reserve);
        }

        // Made room for before it is kept, so that the tapes that exist never exceed the budget: freed ones serve the next step.
        long needed = bytes + (_stages * _vectorBytes);
        MakeRoom(needed + _vectorBytes);
        var record = new StepRecord { Time = step.Time, NextTime = step.NextTime, Start = Copy(step.Start), Tapes = tapes.ToArray() };
        Steps.Add(record);
        if (!_budget.Fits(needed))
        {
            ReturnTapes(record);
            _oldestTaped = Steps.Count;
            return;
        }

        Take(bytes);
        record.Derivatives = new FlatVector[_stages];
        for (int i = 0; i < _stages; i++)
        {
            record.Derivatives[i] = Copy(step.Derivatives[i]);
        }
    }

    public void Arrive(FlatVector state)
    {
        MakeRoom(_vectorBytes);
        _arrived.Add(Copy(state));
        StepsBefore.Add(Steps.Count);
    }

    /// <summary>Gives a step tapes and vectors to be replayed onto.</summary>
    public void Provide(StepRecord record)
    {
        Give(_reserve); // no step is in work any more: a replayed one takes its place
        _reserve = 0;
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

    private void MakeRoom(long bytes)
    {
        while (!_budget.Fits(bytes) && _oldestTaped < Steps.Count)
        {
            Release(Steps[_oldestTaped++]);
        }
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
