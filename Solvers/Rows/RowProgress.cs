using FlowOde.Solvers.Integration;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Solvers.Rows;

/// <summary>Where each row of a solve stands that has times, steps and errors of its own, and what it has cost so far.</summary>
internal sealed class RowProgress
{
    private readonly StepStops _stops;
    private readonly double[] _times;
    private readonly int[] _targets; // the index of the stop that each row goes to; that of none where it has arrived
    private readonly bool[] _isIntervalStart;
    private readonly StepSizeControl[] _controls;
    private readonly int[] _accepted;
    private readonly int[] _rejected;
    private readonly bool[] _wasNotFinite; // the error of the last step that was rejected
    private int _evaluations;
    private long _rowEvaluations;
    private bool _isCutShort;

    /// <summary>All rows stand at the start.</summary>
    /// <param name="problem">The problem, checked.</param>
    public RowProgress(OdeProblem problem)
    {
        _stops = problem.Stops;
        int rows = checked((int)problem.Start.Layout.Rows);
        _times = [.. Enumerable.Repeat(problem.Times[0], rows)];
        _targets = [.. Enumerable.Repeat(1, rows)];
        _isIntervalStart = [.. Enumerable.Repeat(true, rows)];
        _controls = [.. _times.Select(_ => problem.Controller.Start(problem.Stepper, problem.Times))];
        (_accepted, _rejected, _wasNotFinite) = (new int[rows], new int[rows], new bool[rows]);
    }

    /// <summary>The first step of each row.</summary>
    public double[] FirstSteps { get; set; } = [];

    /// <summary>Evaluations of batches so far.</summary>
    public int Evaluations => _evaluations;

    /// <summary>What the solve has cost.</summary>
    public SolveStatistics Statistics => new()
    {
        Evaluations = _evaluations,
        AcceptedSteps = _accepted.Max(),
        RejectedSteps = _rejected.Max(),
        HasArrived = !_isCutShort,
        Rows = new(_accepted, _rejected, _times, _rowEvaluations),
    };

    /// <summary>When a row stands.</summary>
    public double TimeOf(long row) => _times[row];

    /// <summary>Whether a row makes further steps.</summary>
    public bool IsUnderWay(long row) => _targets[row] < _stops.Times.Length;

    /// <summary>The step that a row makes next.</summary>
    public StepAttempt NextStep(long row)
    {
        double target = _stops.Times[_targets[row]];
        double length = _controls[row].Propose(_times[row], target, _isIntervalStart[row], _ => FirstSteps[row]);
        return new(_times[row], _controls[row].EndOf(_times[row], length, target), length)
        {
            LargestTime = _stops.LargestTime,
            Tried = _accepted[row] + _rejected[row],
            Evaluations = _evaluations,
            IsAdaptive = true,
            Shortest = _controls[row].ShortestStep,
            Longest = _controls[row].LongestStep,
            IsFinite = !_wasNotFinite[row],
            Row = row,
        };
    }

    /// <summary>Moves a row to the end of its step where its error allows that.</summary>
    /// <returns>Whether it does.</returns>
    public bool Judge(in StepAttempt step, double error)
    {
        long row = step.Row!.Value;
        if (!_controls[row].Judge(error, Math.Abs(step.NextTime - step.Time), step.Length))
        {
            _rejected[row]++;
            _wasNotFinite[row] = !double.IsFinite(error);
            return false;
        }

        _accepted[row]++;
        _times[row] = step.NextTime;
        _isIntervalStart[row] = step.NextTime == _stops.Times[_targets[row]];
        return true;
    }

    /// <summary>Turns a row that stands at the stop it went to toward the next one.</summary>
    /// <returns>The index of the time, among those at which states are wanted, at which it stands; or 0.</returns>
    public int Arrive(long row) => _isIntervalStart[row] ? _stops.IndexOf(_targets[row]++) : 0;

    /// <summary>The index of the next time at which a row's state is wanted.</summary>
    public int Wanted(long row)
    {
        int stop = _targets[row];
        while (_stops.IndexOf(stop) == 0)
        {
            stop++;
        }

        return _stops.IndexOf(stop);
    }

    /// <summary>Ends the solve of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="time">When it stands at its end.</param>
    /// <param name="isCutShort">Whether that is where its steps were used up.</param>
    public void Leave(long row, double time, bool isCutShort = false)
    {
        (_times[row], _targets[row]) = (time, _stops.Times.Length);
        _isCutShort |= isCutShort;
    }

    /// <summary>Counts evaluations of a batch.</summary>
    public void Count(int evaluations, int rows)
    {
        _evaluations += evaluations;
        _rowEvaluations += (long)evaluations * rows;
    }

    /// <summary>Counts the steps and evaluations of a row that was solved for alone.</summary>
    public void Count(long row, SolveStatistics alone)
    {
        _accepted[row] += alone.AcceptedSteps;
        _rejected[row] += alone.RejectedSteps;
        Count(alone.Evaluations, 1);
    }
}
