using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// What a recorded solve keeps of its steps, as its plan decides: tapes and stage derivatives of the newest steps, states before
/// earlier ones; and the rebuilding of steps from those. Vectors are kept with the field's workspace pool between solves.
/// </summary>
internal sealed class DiscreteMemory : IDisposable
{
    private const int ScratchTapes = 3;

    private readonly FieldWorkspace _workspace;
    private readonly WorkspacePool _pool;
    private readonly object _stockKey;
    private readonly StepStock _stock;
    private readonly TapeBudget _budget;
    private readonly CheckpointPlan _plan;
    private readonly int _tapes;
    private readonly int _stages;
    private readonly int _carried;
    private readonly List<FlatVector> _arrived = [];
    private readonly List<Checkpoint> _checkpoints = [];
    private readonly Dictionary<int, StepRecord> _taped;
    private int _oldestTaped;
    private long _taken;
    private bool _isBackward;
    private bool _isDisposed;

    /// <param name="workspace">Lends tapes.</param>
    /// <param name="problem">The problem.</param>
    /// <param name="stepper">Its stepper.</param>
    /// <param name="budget">Counts what is kept.</param>
    /// <param name="plan">Decides what is kept.</param>
    /// <param name="tapes">Tapes of a step: one a stage, or a single one for all.</param>
    public DiscreteMemory(FieldWorkspace workspace, OdeProblem problem, IDifferentiableStepper stepper, TapeBudget budget, CheckpointPlan plan, int tapes)
    {
        (_workspace, _pool, _budget, _plan, _tapes) = (workspace, problem.Pool, budget, plan, tapes);
        (_stages, _carried) = (stepper.TapedStages, stepper.CarriedVectors);
        _stockKey = (nameof(DiscreteMemory), stepper, tapes, problem.Start.Layout, problem.Spec.Key);
        var start = problem.Start;
        _stock = _pool.Rent(_stockKey, () => new StepStock(start.Layout, start.DType, start.Device, _carried, _tapes, _stages));
        _taped = _stock.Taped;
        Grid.Add(problem.Times[0]);
    }

    /// <summary>The start, then the end of each accepted step.</summary>
    public List<double> Grid { get; } = [];

    /// <summary>For each arrived state, how many steps lie before it.</summary>
    public List<int> StepsBefore { get; } = [];

    /// <summary>The states at the times asked for.</summary>
    public IReadOnlyList<FlatVector> Arrived => _arrived;

    /// <summary>The stored states, oldest first.</summary>
    public IReadOnlyList<Checkpoint> Checkpoints => _checkpoints;

    /// <summary>The most states that were stored at a time.</summary>
    public int MostCheckpoints { get; private set; }

    /// <summary>Steps whose tapes are kept.</summary>
    public int TapedSteps => _taped.Count;

    /// <summary>Steps that were made again, with tapes or without.</summary>
    public int ReplayedSteps { get; private set; }

    /// <summary>Whether the stages of a step share one tape.</summary>
    public bool SharesTape => _tapes < _stages;

    /// <summary>Bytes of a step with its tapes, stage derivatives and start.</summary>
    public long StepBytes { get; private set; }

    /// <summary>Bytes of a step in work, with the buffers of the field's workspace.</summary>
    public long WorkBytes { get; private set; }

    /// <summary>Bytes of the vectors that a step starts from.</summary>
    public long StateBytes => _carried * _stock.VectorBytes;

    /// <summary>Takes note of an accepted step, and its tapes over.</summary>
    public void Keep(in AcceptedStep step, ReadOnlySpan<FieldTape> tapes)
    {
        int number = Grid.Count - 1;
        Grid.Add(step.NextTime);
        long bytes = (_stages * _stock.VectorBytes) + StateBytes;
        long tapeBytes = Bytes(tapes);
        bytes += tapeBytes;
        if (number == 0)
        {
            StepBytes = bytes;
            // A step in work has as much at any time, and the field's workspace buffers of about three tapes' size for it.
            WorkBytes = StepBytes + StateBytes + (ScratchTapes * tapeBytes / Math.Max(1, tapes.Length));
            _plan.Begin(this);
            Take(WorkBytes);
        }

        bool isWhole = tapes.Length == _stages;
        while (_taped.Count > 0 && !_plan.KeepsTapes(this, bytes, step.IsLast))
        {
            DropOldestTapes();
        }

        if (isWhole && _plan.KeepsTapes(this, bytes, step.IsLast))
        {
            var record = _stock.RentStep();
            (record.Time, record.NextTime) = (step.Time, step.NextTime);
            Copy(step.Start, record.Start);
            Copy(step.Derivatives, record.Derivatives);
            tapes.CopyTo(record.Tapes);
            Take(Bytes(record.Tapes));
            if (_taped.Count == 0)
            {
                _oldestTaped = number;
            }

            _taped.Add(number, record);
            return;
        }

        foreach (var tape in tapes)
        {
            _workspace.ReturnTape(tape);
        }

        if (_plan.KeepsState(this, number, out int level))
        {
            Add(new(number, Copies(step.Start), level));
        }
    }

    /// <summary>Keeps the state of a time that was asked for.</summary>
    public void Arrive(FlatVector state)
    {
        while (!_plan.HasRoom(_stock.VectorBytes))
        {
            if (_taped.Count > 0)
            {
                DropOldestTapes();
            }
            else if (!GiveUpOne(out _))
            {
                break; // states that were asked for are kept whatever they take
            }
        }

        _arrived.Add(Rent());
        _arrived[^1].CopyFrom(state);
        StepsBefore.Add(Grid.Count - 1);
    }

    /// <summary>The step of a number with its tapes; steps are asked for from the last to the first, and given back in between.</summary>
    public StepRecord Take(int number, IDifferentiableField field, StepPullback pullback)
    {
        if (!_isBackward)
        {
            Give(StepBytes); // no step is in work any more: one that is made again takes its place
            _isBackward = true;
        }

        if (!_taped.Remove(number, out var record))
        {
            Rebuild(number, field, pullback);
            _taped.Remove(number, out record);
        }

        return record!;
    }

    /// <summary>Takes a step back.</summary>
    public void Release(StepRecord record)
    {
        ReleaseTapes(record);
        Return(record.Start);
        _stock.Return(record);
    }

    /// <summary>Gives up a stored state as <see cref="OnlineThinning"/> says, if one can be.</summary>
    /// <param name="level">The level of the state that takes its place.</param>
    public bool GiveUpOne(out int level)
    {
        int index = OnlineThinning.Choose(_checkpoints, out level);
        if (index < 0)
        {
            return false;
        }

        Return(_checkpoints[index].Vectors);
        _checkpoints.RemoveAt(index);
        return true;
    }

    /// <summary>A vector in the layout of the state, with any content.</summary>
    public FlatVector Rent()
    {
        Take(_stock.VectorBytes);
        return _stock.Rent();
    }

    /// <summary>Takes vectors back.</summary>
    public void Return(ReadOnlySpan<FlatVector> vectors)
    {
        foreach (var vector in vectors)
        {
            Give(_stock.VectorBytes);
            _stock.Return(vector);
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        foreach (var record in _taped.Values)
        {
            Release(record);
        }

        foreach (var checkpoint in _checkpoints)
        {
            Return(checkpoint.Vectors);
        }

        Return([.. _arrived]);
        _taped.Clear();
        _checkpoints.Clear();
        _arrived.Clear();
        Give(_taken);
        _pool.Return(_stockKey, _stock);
    }

    /// <summary>Makes steps again from the last stored state until the tapes of one step are there, and those of steps before it as the plan allows.</summary>
    private void Rebuild(int number, IDifferentiableField field, StepPullback pullback)
    {
        while (!_taped.ContainsKey(number))
        {
            var from = _checkpoints[^1];
            int steps = number + 1 - from.Step;
            if (_plan.CanTape(this, steps))
            {
                _checkpoints.RemoveAt(_checkpoints.Count - 1);
                var vectors = from.Vectors;
                for (int i = from.Step; i <= number; i++)
                {
                    var record = Replay(i, vectors, field, pullback);
                    _taped.Add(i, record);
                    vectors = i < number ? Advance(record, pullback) : [];
                }
            }
            else
            {
                int free = _plan.FreeStates(this);
                int ahead = free > 0 ? BinomialCheckpoints.Split(steps, free + 1) : steps - 1;
                Add(new(from.Step + ahead, Walk(from, ahead, field, pullback), 0), isExtra: free == 0);
            }
        }
    }

    /// <summary>Makes steps again from a stored state without keeping their tapes.</summary>
    private FlatVector[] Walk(Checkpoint from, int steps, IDifferentiableField field, StepPullback pullback)
    {
        var vectors = Copies(from.Vectors);
        for (int i = from.Step; i < from.Step + steps; i++)
        {
            var record = Replay(i, vectors, field, pullback);
            vectors = Advance(record, pullback);
            Release(record);
        }

        return vectors;
    }

    private StepRecord Replay(int number, FlatVector[] start, IDifferentiableField field, StepPullback pullback)
    {
        var record = _stock.RentStep();
        (record.Time, record.NextTime, record.Start) = (Grid[number], Grid[number + 1], start);
        for (int i = 0; i < _tapes; i++)
        {
            record.Tapes[i] = _workspace.RentTape();
        }

        for (int i = 0; i < _stages; i++)
        {
            record.Derivatives[i] = Rent();
        }

        Take(Bytes(record.Tapes));
        pullback.Replay(field, record);
        ReplayedSteps++;
        return record;
    }

    private FlatVector[] Advance(StepRecord record, StepPullback pullback)
    {
        FlatVector[] next = [.. record.Start.Select(_ => Rent())];
        pullback.Advance(record, next);
        return next;
    }

    private void Add(Checkpoint checkpoint, bool isExtra = false)
    {
        _checkpoints.Add(checkpoint);
        MostCheckpoints = Math.Max(MostCheckpoints, _checkpoints.Count - (isExtra ? 1 : 0)); // the state that a walk ends in is in work, not stored
    }

    private void DropOldestTapes()
    {
        int number = _oldestTaped++;
        _taped.Remove(number, out var record);
        ReleaseTapes(record!);
        _workspace.TrimTapes(_tapes + 1); // for the next step; more of them would stand beside the states that take their place
        if (_plan.KeepsState(this, number, out int level))
        {
            Add(new(number, record!.Start, level));
            record.Start = new FlatVector[_carried];
        }
        else
        {
            Return(record!.Start);
        }

        _stock.Return(record);
    }

    private FlatVector[] Copies(ReadOnlySpan<FlatVector> sources)
    {
        var copies = new FlatVector[sources.Length];
        Copy(sources, copies);
        return copies;
    }

    private void Copy(ReadOnlySpan<FlatVector> sources, FlatVector[] into)
    {
        for (int i = 0; i < sources.Length; i++)
        {
            into[i] = Rent();
            into[i].CopyFrom(sources[i]);
        }
    }

    private void ReleaseTapes(StepRecord record)
    {
        Give(Bytes(record.Tapes));
        foreach (var tape in record.Tapes)
        {
            _workspace.ReturnTape(tape);
        }

        Return(record.Derivatives);
    }

    private static long Bytes(ReadOnlySpan<FieldTape> tapes)
    {
        long bytes = 0;
        foreach (var tape in tapes)
        {
            bytes += tape.Bytes;
        }

        return bytes;
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
