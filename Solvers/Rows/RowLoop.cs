using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Stiffness;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>
/// The loop that makes the steps of a solve in which every row has its own time, step and error. All rows under way make a step at once; of those that are rejected
/// the state stays. When half of the rows have arrived, the others go on in a batch of half the size.
/// </summary>
internal sealed class RowLoop : IDisposable
{
    private readonly OdeProblem _problem;
    private readonly IRowSystem? _system;
    private readonly Tolerances _tolerances;
    private readonly double[] _times;
    private readonly StepStops _stops;
    private readonly RowEvents? _events;
    private readonly int[] _targets; // the index of the stop that each row goes to; that of none where it has arrived
    private readonly bool[] _isIntervalStart;
    private double[] _firstSteps = [];
    private readonly StepSizeControl[] _controls;
    private readonly int[] _accepted;
    private readonly int[] _rejected;
    private readonly FlatVector _current; // of all rows, where they were when their batch began
    private readonly double _largestTime;
    private RowBatch _batch;
    private bool _isCutShort; // whether a row ended where its steps were used up
    private int _evaluations;
    private long _rowEvaluations;

    /// <param name="problem">The problem, checked.</param>
    /// <param name="system">What learns of the steps, or null for a solve of which the states are wanted.</param>
    public RowLoop(OdeProblem problem, IRowSystem? system)
    {
        (_problem, _system, _tolerances, _stops) = (problem, system, problem.Controller.Tolerances!, problem.Stops);
        int rows = checked((int)problem.Start.Layout.Rows);
        (_times, _targets, _isIntervalStart) = (new double[rows], new int[rows], new bool[rows]);
        (_controls, _accepted, _rejected) = (new StepSizeControl[rows], new int[rows], new int[rows]);
        Array.Fill(_times, problem.Times[0]);
        Array.Fill(_targets, 1);
        Array.Fill(_isIntervalStart, true);
        for (int row = 0; row < rows; row++)
        {
            _controls[row] = problem.Controller.Start(problem.Stepper, problem.Times);
        }

        _largestTime = Math.Max(Math.Abs(problem.Times[0]), Math.Abs(problem.Times[^1]));
        _events = problem.Events.Count == 0 ? null : new(problem);
        _current = problem.Start.Clone();
        _batch = NewBatch([.. Enumerable.Range(0, rows).Select(row => (long)row)]);
    }

    /// <summary>Solves.</summary>
    /// <returns>The solution; belongs to the caller.</returns>
    public OdeSolution Run()
    {
        var states = new FlatVector[_problem.Times.Length - 1];
        try
        {
            for (int i = 0; i < states.Length; i++)
            {
                states[i] = _problem.Start.Clone();
            }

            _firstSteps = RowFirstSteps.Find(_problem, _batch);
            CountEvaluations(3);
            while (true)
            {
                int under = _batch.Rows.Count(IsUnderWay);
                if (under == 0)
                {
                    break;
                }

                if (2 * under <= _batch.Rows.Length && _batch.Rows.Length > RowBatch.Multiple)
                {
                    Shrink();
                }

                Step(states);
            }

            var statistics = new SolveStatistics { Evaluations = _evaluations, AcceptedSteps = _accepted.Max(), RejectedSteps = _rejected.Max(), HasArrived = !_isCutShort, Rows = new(_accepted, _rejected, _times, _rowEvaluations) };
            return new(states, _problem.Times[1..], statistics) { Occurrences = _events?.Occurrences ?? [] };
        }
        catch
        {
            foreach (var state in states)
            {
                state?.Dispose();
            }

            foreach (var occurrence in _events?.Occurrences ?? [])
            {
                occurrence.State.Dispose();
            }

            throw;
        }
    }

    public void Dispose()
    {
        _current.Dispose();
        _events?.Dispose();
        if (_system is not { KeepsBatches: true })
        {
            _batch.Dispose();
        }
    }

    private bool IsUnderWay(long row) => _targets[row] < _stops.Times.Length;

    private RowBatch NewBatch(long[] rows)
    {
        var batch = new RowBatch(_problem, rows, _current);
        _system?.Begin(batch);
        return batch;
    }

    /// <summary>Takes the rows under way into a batch of half the size, filled up with some that have arrived, so that there are few sizes.</summary>
    private void Shrink()
    {
        int size = RowBatch.Filled((_batch.Rows.Length + 1) / 2);
        RowSelection.Copy(_batch.State, _batch.Places, _batch.Rows, _current);
        long[] rows = [.. _batch.Rows.OrderBy(row => IsUnderWay(row) ? 0 : 1).Take(size).Order()];
        if (_system is not { KeepsBatches: true })
        {
            _batch.Dispose();
        }

        _batch = NewBatch(rows);
    }

    private void Step(FlatVector[] states)
    {
        int count = _batch.Rows.Length;
        double[] from = new double[_batch.Size], to = new double[_batch.Size], proposed = new double[count], errors = new double[_batch.Size];
        from.AsSpan(count).Fill(_problem.Times[0]); // rows that fill up stand still
        to.AsSpan(count).Fill(_problem.Times[0]);
        for (int i = 0; i < count; i++)
        {
            long row = _batch.Rows[i];
            from[i] = to[i] = _times[row];
            if (IsUnderWay(row))
            {
                double target = _stops.Times[_targets[row]];
                proposed[i] = _controls[row].Propose(from[i], target, _isIntervalStart[row], _ => _firstSteps[row]);
                to[i] = _controls[row].EndOf(from[i], proposed[i], target);
                if (_problem.Limits.Refusal(from[i], to[i], proposed[i], _largestTime, _accepted[row] + _rejected[row], _evaluations, isAdaptive: true, row: row, shortest: _controls[row].ShortestStep) is { } refusal)
                {
                    Rescue(refusal, row, i, states);
                    to[i] = from[i];
                }
            }
        }

        _batch.Field.SetSteps(from, to);
        var step = _batch.Lease.Step;
        step.Begin(_system as IStageSystem ?? new FieldSystem(_batch.Field, _batch.Tape), 0, _batch.State);
        step.Try(1);
        step.RowErrors(_tolerances, errors);
        StepInterpolant? dense = null;
        if (_events is not null)
        {
            step.Accept(isLast: false);
            dense = step.CreateInterpolant();
        }

        using var owned = dense;
        CountEvaluations(step.Evaluations);
        var ends = dense is null ? step.Candidate : step.State;
        var (accepted, arrivals) = (new List<long>(), new List<(int Time, long Place)>());
        for (int i = 0; i < count; i++)
        {
            long row = _batch.Rows[i];
            if (!IsUnderWay(row))
            {
                continue;
            }

            if (!_controls[row].Judge(errors[i], Math.Abs(to[i] - from[i]), proposed[i]))
            {
                _rejected[row]++;
                continue;
            }

            accepted.Add(i);
            _accepted[row]++;
            _times[row] = to[i];
            _isIntervalStart[row] = to[i] == _stops.Times[_targets[row]];
            if (dense is not null && _events!.Look(row, i, dense, from[i], to[i], ends, _evaluations) is { } end)
            {
                End(row, end.State, end.Time, states);
            }
            else if (_isIntervalStart[row] && _stops.IndexOf(_targets[row]++) is > 0 and int wanted)
            {
                arrivals.Add((wanted, i));
            }
        }

        long[] places = [.. accepted];
        bool isFinite = _system is null || errors.All(double.IsFinite);
        _system?.Keep(_batch, from, Masked(from, to, places), arrivals, isFinite);
        RowSelection.Copy(ends, places, places, _batch.State);
        foreach (var group in arrivals.GroupBy(arrival => arrival.Time))
        {
            long[] here = [.. group.Select(arrival => arrival.Place)];
            RowSelection.Copy(_batch.State, here, [.. here.Select(place => _batch.Rows[place])], states[group.Key - 1]);
        }
    }

    /// <summary>What becomes of a row that cannot go on: it is solved for alone where its equation is stiff and the problem says how, or ends where it stands where that is asked for.</summary>
    private void Rescue(OdeSolveException refusal, long row, long place, FlatVector[] states)
    {
        using var alone = new RowAlone(_problem, row, _batch.State, place, _times[row], Wanted(row));
        var explained = new StiffnessProbe(alone.Problem).Explain(refusal, alone.Problem.Start, row);
        bool isAsked = _problem.StiffFallback is not null || _problem.Limits.OnLimit == LimitAction.Throw;
        if (isAsked && explained.Diagnosis is null or { Grows: true } && TryFromStart(refusal, row, ref explained, states))
        {
            return;
        }

        bool isSolved = _problem.StiffFallback is not null && explained.Diagnosis is { IsStiff: true };
        if (!isSolved && _problem.Limits.OnLimit == LimitAction.Throw)
        {
            throw explained;
        }

        if (!isSolved)
        {
            _isCutShort = true;
            alone.CopyTo([], alone.Problem.Start, states);
            Leave(row, _times[row]);
            return;
        }

        using var solution = RowsAlone.Named(alone, one => StiffFallback.Again(one, OdeSolver.Solve));
        Take(alone, solution, states);
    }

    /// <summary>Solves for a row that has come to grow alone and from its start, to learn whether it was stiff before; and where it was, with the method that the problem has for that.</summary>
    private bool TryFromStart(OdeSolveException refusal, long row, ref OdeSolveException explained, FlatVector[] states)
    {
        using var alone = new RowAlone(_problem, row, _problem.Start, row, _problem.Times[0], 1);
        try
        {
            using var solution = OdeSolver.Solve(alone.Problem with { Limits = _problem.Limits with { OnLimit = LimitAction.Throw } });
            if (_problem.StiffFallback is null)
            {
                return false;
            }

            _events?.Forget(row);
            Take(alone, solution, states);
            return true;
        }
        catch (OdeSolveException failure) when (failure.Diagnosis is { IsStiff: true, EarlierTime: not null } diagnosis)
        {
            explained = new(refusal, diagnosis with { Row = row });
            return false;
        }
        catch (OdeSolveException)
        {
            return false;
        }
    }

    /// <summary>Takes over the solution of a row alone.</summary>
    private void Take(RowAlone alone, OdeSolution solution, FlatVector[] states)
    {
        long row = alone.Row;
        alone.CopyTo(solution.States, solution.Final, states);
        Leave(row, solution.EndedBy?.Time ?? solution.Times[^1]);
        _events?.Add(row, solution.Occurrences);
        _isCutShort |= !solution.IsComplete;
        _accepted[row] += solution.Statistics.AcceptedSteps;
        _rejected[row] += solution.Statistics.RejectedSteps;
        _evaluations += solution.Statistics.Evaluations;
        _rowEvaluations += solution.Statistics.Evaluations;
    }

    /// <summary>The index of the next time at which a row's state is wanted.</summary>
    private int Wanted(long row)
    {
        int stop = _targets[row];
        while (_stops.IndexOf(stop) == 0)
        {
            stop++;
        }

        return _stops.IndexOf(stop);
    }

    /// <summary>Ends the solve of a row: its state at all times that it has not met is its last one.</summary>
    private void End(long row, FlatVector state, double time, FlatVector[] states)
    {
        for (int wanted = Wanted(row); wanted < _problem.Times.Length; wanted++)
        {
            RowSelection.Copy(state, [0], [row], states[wanted - 1]);
        }

        Leave(row, time);
    }

    private void Leave(long row, double time) => (_times[row], _targets[row]) = (time, _stops.Times.Length);

    /// <summary>The ends of the steps, where those that were rejected have no length.</summary>
    private static double[] Masked(double[] from, double[] to, long[] accepted)
    {
        double[] ends = [.. from];
        foreach (long place in accepted)
        {
            ends[place] = to[place];
        }

        return ends;
    }

    private void CountEvaluations(int evaluations)
    {
        _evaluations += evaluations;
        _rowEvaluations += (long)evaluations * _batch.Size;
    }
}
