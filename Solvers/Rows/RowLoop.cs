using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
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
    private readonly RowProgress _progress;
    private readonly RowEvents? _events;
    private readonly FlatVector _current; // of all rows, where they were when their batch began
    private RowBatch _batch;

    /// <param name="problem">The problem, checked.</param>
    /// <param name="system">What learns of the steps, or null for a solve of which the states are wanted.</param>
    public RowLoop(OdeProblem problem, IRowSystem? system)
    {
        (_problem, _system, _tolerances, _progress) = (problem, system, problem.Controller.Tolerances!, new(problem));
        _events = problem.Events.Count == 0 ? null : new(problem);
        _current = problem.Start.Clone();
        _batch = NewBatch([.. Enumerable.Range(0, checked((int)problem.Start.Layout.Rows)).Select(row => (long)row)]);
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

            var rescue = new RowRescue(_problem, _progress, _events, states);
            _progress.FirstSteps = RowFirstSteps.Find(_problem, _batch);
            _progress.Count(3, _batch.Size);
            for (int under = _batch.Rows.Length; under > 0; under = _batch.Rows.Count(_progress.IsUnderWay))
            {
                if (2 * under <= _batch.Rows.Length && _batch.Rows.Length > RowBatch.Multiple)
                {
                    Shrink();
                }

                Step(states, rescue);
            }

            return new(states, _problem.Times[1..], _progress.Statistics) { Occurrences = _events?.Occurrences ?? [] };
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
        long[] rows = [.. _batch.Rows.OrderBy(row => _progress.IsUnderWay(row) ? 0 : 1).Take(size).Order()];
        if (_system is not { KeepsBatches: true })
        {
            _batch.Dispose();
        }

        _batch = NewBatch(rows);
    }

    private void Step(FlatVector[] states, RowRescue rescue)
    {
        double[] from = [.. _batch.Rows.Select(_progress.TimeOf), .. Enumerable.Repeat(_problem.Times[0], _batch.Size - _batch.Rows.Length)]; // rows that fill up stand still
        var attempts = Attempts(rescue);
        double[] to = [.. from.Select((time, place) => place < attempts.Length && attempts[place] is { } attempt ? attempt.NextTime : time)], errors = new double[_batch.Size];
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
        _progress.Count(step.Evaluations, _batch.Size);
        var ends = dense is null ? step.Candidate : step.State;
        var (accepted, arrivals) = (new List<long>(), new List<(int Time, long Place)>());
        foreach (long place in _batch.Places)
        {
            if (attempts[place] is not { } attempt || !_progress.Judge(attempt, errors[place]))
            {
                continue;
            }

            accepted.Add(place);
            long row = _batch.Rows[place];
            if (dense is not null && _events!.Look(row, place, dense, from[place], to[place], ends, _progress.Evaluations) is { } end)
            {
                End(row, end.State, end.Time, states);
            }
            else if (_progress.Arrive(row) is > 0 and int wanted)
            {
                arrivals.Add((wanted, place));
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

    /// <summary>The next step of each row of the batch; null for one that has arrived, or cannot go on and was rescued.</summary>
    private StepAttempt?[] Attempts(RowRescue rescue)
    {
        var attempts = new StepAttempt?[_batch.Rows.Length];
        foreach (long place in _batch.Places)
        {
            long row = _batch.Rows[place];
            if (!_progress.IsUnderWay(row))
            {
                continue;
            }

            var attempt = _progress.NextStep(row);
            if (_problem.Limits.Refusal(attempt) is { } refusal)
            {
                rescue.Rescue(refusal, attempt, _batch.State, place);
            }
            else
            {
                attempts[place] = attempt;
            }
        }

        return attempts;
    }

    /// <summary>Ends the solve of a row: its state at all times that it has not met is its last one.</summary>
    private void End(long row, FlatVector state, double time, FlatVector[] states)
    {
        for (int wanted = _progress.Wanted(row); wanted < _problem.Times.Length; wanted++)
        {
            RowSelection.Copy(state, [0], [row], states[wanted - 1]);
        }

        _progress.Leave(row, time);
    }

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
}
