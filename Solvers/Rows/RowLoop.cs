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
    private readonly RowRecorder? _recorder;
    private readonly Tolerances _tolerances;
    private readonly double[] _times;
    private readonly int[] _targets; // the index of the time that each row goes to; that of no time where it has arrived
    private readonly bool[] _isIntervalStart;
    private readonly double[] _firstSteps;
    private readonly StepSizeControl[] _controls;
    private readonly int[] _accepted;
    private readonly int[] _rejected;
    private readonly FlatVector _current; // of all rows, where they were when their batch began
    private readonly double _largestTime;
    private RowBatch _batch;
    private int _evaluations;
    private long _rowEvaluations;

    /// <param name="problem">The problem, checked.</param>
    /// <param name="recorder">Keeps the steps and the batches, or null for a solve without gradient.</param>
    public RowLoop(OdeProblem problem, RowRecorder? recorder)
    {
        (_problem, _recorder, _tolerances) = (problem, recorder, problem.Controller.Tolerances!);
        int rows = checked((int)problem.Start.Layout.Rows);
        (_times, _targets, _isIntervalStart, _firstSteps) = (new double[rows], new int[rows], new bool[rows], new double[rows]);
        (_controls, _accepted, _rejected) = (new StepSizeControl[rows], new int[rows], new int[rows]);
        Array.Fill(_times, problem.Times[0]);
        Array.Fill(_targets, 1);
        Array.Fill(_isIntervalStart, true);
        for (int row = 0; row < rows; row++)
        {
            _controls[row] = problem.Controller.Start(problem.Stepper, problem.Times);
        }

        _largestTime = Math.Max(Math.Abs(problem.Times[0]), Math.Abs(problem.Times[^1]));
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

            FindFirstSteps();
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

            var statistics = new SolveStatistics { Evaluations = _evaluations, AcceptedSteps = _accepted.Max(), RejectedSteps = _rejected.Max(), HasArrived = _times.All(time => time == _problem.Times[^1]), Rows = new(_accepted, _rejected, _times, _rowEvaluations) };
            return new(states, _problem.Times[1..], statistics);
        }
        catch
        {
            foreach (var state in states)
            {
                state?.Dispose();
            }

            throw;
        }
    }

    public void Dispose()
    {
        _current.Dispose();
        if (_recorder is null)
        {
            _batch.Dispose();
        }
    }

    private bool IsUnderWay(long row) => _targets[row] < _problem.Times.Length;

    private RowBatch NewBatch(long[] rows)
    {
        var batch = new RowBatch(_problem, rows, _current);
        _recorder?.Begin(batch);
        return batch;
    }

    /// <summary>Takes the rows under way into a batch of half the size, filled up with some that have arrived, so that there are few sizes.</summary>
    private void Shrink()
    {
        int size = RowBatch.Filled((_batch.Rows.Length + 1) / 2);
        RowSelection.Copy(_batch.State, _batch.Places, _batch.Rows, _current);
        long[] rows = [.. _batch.Rows.OrderBy(row => IsUnderWay(row) ? 0 : 1).Take(size).Order()];
        if (_recorder is null)
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
                double target = _problem.Times[_targets[row]];
                proposed[i] = _controls[row].Propose(from[i], target, _isIntervalStart[row], _ => _firstSteps[row]);
                to[i] = _controls[row].EndOf(from[i], proposed[i], target);
                if (_problem.Limits.Refusal(from[i], to[i], proposed[i], _largestTime, _accepted[row] + _rejected[row], _evaluations, row: row, shortest: _controls[row].ShortestStep) is { } refusal)
                {
                    Rescue(refusal, row, i, states);
                    to[i] = from[i];
                }
            }
        }

        _batch.Field.SetSteps(from, to);
        var step = _batch.Lease.Step;
        step.Begin(_recorder as IStageSystem ?? new FieldSystem(_batch.Field, _batch.Tape), 0, _batch.State);
        step.Try(1);
        step.RowErrors(_tolerances, errors);
        CountEvaluations();
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
            _isIntervalStart[row] = to[i] == _problem.Times[_targets[row]];
            if (_isIntervalStart[row])
            {
                arrivals.Add((_targets[row]++, i));
            }
        }

        long[] places = [.. accepted];
        bool isFinite = _recorder is null || errors.All(double.IsFinite);
        _recorder?.Keep(_batch, from, Masked(from, to, places), arrivals, isFinite);
        RowSelection.Copy(step.Candidate, places, places, _batch.State);
        foreach (var group in arrivals.GroupBy(arrival => arrival.Time))
        {
            long[] here = [.. group.Select(arrival => arrival.Place)];
            RowSelection.Copy(_batch.State, here, [.. here.Select(place => _batch.Rows[place])], states[group.Key - 1]);
        }
    }

    /// <summary>What becomes of a row that cannot go on: it is solved for alone where its equation is stiff and the problem says how, or ends where it stands where that is asked for.</summary>
    private void Rescue(OdeSolveException refusal, long row, long place, FlatVector[] states)
    {
        using var state = new FlatVector(_problem.Field.StateLayout(1), _current.DType, _current.Device);
        RowSelection.Gather(_batch.State, [place], state);
        var alone = RowRescue.Alone(_problem, row, state, _times[row], _targets[row]);
        using var owned = ReferenceEquals(alone.Field, _problem.Field) ? null : alone.Field as IDisposable;
        var explained = new StiffnessProbe(alone).Explain(refusal, state, row);
        bool isSolved = _problem.StiffFallback is not null && explained.Diagnosis is { IsStiff: true };
        if (!isSolved && _problem.Limits.OnLimit == LimitAction.Throw)
        {
            throw explained;
        }

        using var solution = isSolved ? OdeSolver.Solve(alone with { Stepper = _problem.StiffFallback!, StiffFallback = null }) : null;
        for (int target = _targets[row]; target < _problem.Times.Length; target++)
        {
            RowSelection.Copy(solution?.States[Math.Min(target - _targets[row], solution.States.Count - 1)] ?? state, [0], [row], states[target - 1]);
        }

        _times[row] = solution?.Times[^1] ?? _times[row];
        _targets[row] = _problem.Times.Length;
        _accepted[row] += solution?.Statistics.AcceptedSteps ?? 0;
        _rejected[row] += solution?.Statistics.RejectedSteps ?? 0;
        _evaluations += solution?.Statistics.Evaluations ?? 0;
        _rowEvaluations += solution?.Statistics.Evaluations ?? 0;
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

    private void CountEvaluations()
    {
        _evaluations += _batch.Lease.Step.Evaluations;
        _rowEvaluations += (long)_batch.Lease.Step.Evaluations * _batch.Size;
    }

    /// <summary>The length of each row's first step, by the method of Hairer, Nørsett and Wanner.</summary>
    private void FindFirstSteps()
    {
        int count = _batch.Size;
        var (step, state) = (_batch.Lease.Step, _batch.State);
        double start = _problem.Times[0], span = Math.Abs(_problem.Times[1] - start), sign = Math.Sign(_problem.Times[1] - start);
        double[] from = [.. Enumerable.Repeat(start, count)], d0 = new double[count], d1 = new double[count], d2 = new double[count];
        var to = new double[count];

        // With steps of length 1 the derivative by s is f itself.
        Array.Fill(to, start + 1);
        _batch.Field.SetSteps(from, to);
        step.Begin(new FieldSystem(_batch.Field, _batch.Tape), 0, state);
        ErrorNorm.OfRows(_tolerances, state, state, [1], [state], d0);
        ErrorNorm.OfRows(_tolerances, state, state, [1 / (to[0] - start)], [step.StartDerivative()], d1);
        CountEvaluations();
        var trial = new double[count];
        for (int i = 0; i < count; i++)
        {
            InitialStep.RequireFinite(d0[i], d1[i], start, _evaluations, i);
            to[i] = start + (sign * InitialStep.Trial(d0[i], d1[i], span));
            trial[i] = Math.Abs(to[i] - start);
        }

        _batch.Field.SetSteps(from, to);
        step.Begin(new FieldSystem(_batch.Field, _batch.Tape), 0, state);
        using var first = step.StartDerivative().Clone();
        ErrorNorm.OfRows(_tolerances, state, state, [1, -1], [step.EulerDerivative(1), first], d2);
        CountEvaluations();
        for (int i = 0; i < _batch.Rows.Length; i++)
        {
            _firstSteps[i] = InitialStep.Find(trial[i], d1[i], d2[i] / (trial[i] * trial[i]), _problem.Stepper.Order, span);
        }
    }
}
