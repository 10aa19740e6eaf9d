using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Integration;

/// <summary>The loop that makes the steps of every solve, forward and backward, with every method: a step at a time, so that whoever runs it may look at each.</summary>
internal sealed class StepLoop
{
    private readonly StepWorkspace _workspace;
    private readonly StepPlan _plan;
    private readonly StepStops _stops;
    private readonly List<double> _times = [];
    private readonly List<double> _errors = [];
    private int _next = 1; // the stop that the steps go to
    private bool _isIntervalStart = true;
    private bool _wasChanged;
    private bool _wasFinite = true; // the error of the last step that was rejected
    private int _accepted;
    private int _rejected;
    private int _evaluationsBefore; // the workspace was begun anew

    /// <summary>Takes the parts of a solve.</summary>
    /// <param name="workspace">The solve, already begun at the first stop.</param>
    /// <param name="plan">What it goes by.</param>
    public StepLoop(StepWorkspace workspace, StepPlan plan)
    {
        (_workspace, _plan, _stops) = (workspace, plan, plan.Stops);
        _times.Add(_stops.Times[0]);
        workspace.Tolerances = plan.Tolerances;
    }

    /// <summary>The index of the time at which the state is wanted that the last step met, or 0.</summary>
    public int Met { get; private set; }

    /// <summary>Whether the last time is reached.</summary>
    public bool HasArrived => _next == _stops.Times.Length;

    /// <summary>What the solve has cost so far.</summary>
    public SolveStatistics Statistics => new()
    {
        Evaluations = Evaluations,
        AcceptedSteps = _accepted,
        RejectedSteps = _rejected,
        HasArrived = HasArrived,
        Profiles = _plan.Tolerances is not null && _errors.Count > 0 ? [_plan.Control.Learn(new([.. _times], [.. _errors]))] : [],
    };

    private int Evaluations => _evaluationsBefore + _workspace.Evaluations;

    private double Target => _stops.Times[_next];

    /// <summary>Makes the next step that is accepted.</summary>
    /// <returns>Whether there was one: not where the last time is reached, nor where a limit ends the solve that is to return what it has.</returns>
    /// <exception cref="OdeSolveException">The solve cannot go on.</exception>
    public bool Advance()
    {
        while (!HasArrived)
        {
            double proposed = _plan.Control.Propose(_workspace.Time, Target, _isIntervalStart, FirstStep);
            proposed = _plan.Tolerances is null ? proposed : _workspace.Prefer(proposed);
            double nextTime = _plan.Control.EndOf(_workspace.Time, proposed, Target);
            var attempt = new StepAttempt(_workspace.Time, nextTime, proposed)
            {
                LargestTime = _stops.LargestTime,
                Tried = _accepted + _rejected,
                Evaluations = Evaluations,
                IsAdaptive = _plan.Tolerances is not null,
                Shortest = _plan.Control.ShortestStep,
                Longest = _plan.Control.LongestStep,
                IsFinite = _wasFinite,
                Failure = _workspace.Failure,
            };
            if (_plan.Limits.Refusal(attempt) is { } refusal)
            {
                var probe = _plan.Limits.MayBeStiff(attempt) ? _plan.Probe : null;
                return _plan.Limits.OnLimit == LimitAction.ReturnPartial ? false : throw probe?.Explain(refusal, _workspace.State, accepted: _wasChanged ? null : _times) ?? refusal;
            }

            if (Try(nextTime, proposed))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Learns that the state was changed between two steps, so that these are not all that led to it.</summary>
    public void NoteChange() => _wasChanged = true;

    /// <summary>Goes on from a time within the last step, by an own start of the workspace.</summary>
    /// <param name="system">What is integrated.</param>
    /// <param name="time">The time.</param>
    /// <param name="state">The state there; copied.</param>
    public void GoOnFrom(IStageSystem system, double time, FlatVector state)
    {
        _evaluationsBefore += _workspace.Evaluations;
        _workspace.Begin(system, time, state);
        _plan.Control.Restart();
        double sign = Math.Sign(_stops.Times[^1] - _stops.Times[0]);
        while (_next > 1 && sign * (_stops.Times[_next - 1] - time) > 0)
        {
            _next--;
        }

        (_times[^1], _isIntervalStart, _wasChanged, Met) = (time, true, true, 0);
    }

    /// <summary>Makes the steps that are left.</summary>
    /// <param name="accepted">Called after each with the index of the time it met at which the state is wanted, or 0.</param>
    /// <returns>What the solve cost.</returns>
    /// <exception cref="OdeSolveException">The solve cannot go on.</exception>
    public SolveStatistics Finish(Action<int> accepted)
    {
        while (Advance())
        {
            accepted(Met);
        }

        return Statistics;
    }

    private bool Try(double nextTime, double proposed)
    {
        double start = _workspace.Time, step = Math.Abs(nextTime - start);
        Tell(_plan.Observer?.Trying, start, nextTime, null);
        _workspace.Try(nextTime);
        double error = _workspace.Failure is not null ? double.NaN : _plan.Tolerances is null ? FiniteOrNaN() : _workspace.ErrorNorm(_plan.Norm, _plan.Tolerances);
        double? judged = _plan.Tolerances is null && !double.IsNaN(error) ? null : error;
        if (_plan.Tolerances is null && double.IsNaN(error))
        {
            throw new OdeSolveException($"{_workspace.Failure ?? "The state is no longer finite after a step of constant length"}. Take more steps, or use an adaptive method.", start, step, Evaluations);
        }

        if (!_plan.Control.Judge(error, step, proposed))
        {
            _wasFinite = double.IsFinite(error);
            _workspace.Reject();
            _rejected++;
            Tell(_plan.Observer?.Rejected, start, nextTime, judged);
            return false;
        }

        bool hasMet = nextTime == Target;
        Met = hasMet ? _stops.IndexOf(_next) : 0;
        _next += hasMet ? 1 : 0;
        _workspace.Accept(HasArrived);
        _accepted++;
        _isIntervalStart = hasMet;
        _times.Add(nextTime);
        _errors.Add(error);
        Tell(_plan.Observer?.Accepted, start, nextTime, judged);
        return true;
    }

    private void Tell(Action<StepReport>? told, double time, double nextTime, double? error) =>
        told?.Invoke(new(time, nextTime, _workspace.State, error, Evaluations));

    private double FirstStep(int order) => InitialStep.Find(_workspace, _plan.Norm, _plan.Tolerances!, order, Target); // those that ask for it have tolerances

    private double FiniteOrNaN() => LinearCombination.IsFinite(_workspace.Candidate, _workspace.Candidate.Layout.DerivativeRanges) ? 0 : double.NaN;
}
