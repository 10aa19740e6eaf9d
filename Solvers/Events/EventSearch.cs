using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Events;

/// <summary>Looks for events in the accepted steps of one solve.</summary>
internal sealed class EventSearch : IDisposable
{
    private const int Parts = 4; // of a step, at whose ends the functions are read
    private const int Halvings = 64;
    private const double Soon = 1e-3; // of a step
    private const double JustBefore = 1e-6; // of what lies before an event

    private readonly IReadOnlyList<OdeEvent> _events;
    private readonly int[] _signs; // of each function at the last time it was read
    private readonly FlatVector _state;

    public EventSearch(IReadOnlyList<OdeEvent> events, double time, FlatVector start)
    {
        _events = events;
        _state = start.CreateLike();
        _signs = new int[events.Count];
        Grid.Add(time);
        try
        {
            Restart(time, start);
        }
        catch
        {
            Dispose(); // a function is not finite
            throw;
        }
    }

    /// <summary>What happened, in the order of the solve. The states belong to whoever takes the list.</summary>
    public List<EventOccurrence> Occurrences { get; } = [];

    /// <summary>The start, then the ends of the steps, the last one where a terminal event happened.</summary>
    public List<double> Grid { get; } = [];

    /// <summary>The row that is looked at, or null for a whole batch.</summary>
    public long? Row { get; init; }

    /// <summary>Reads the functions where the state has been changed: a jump over an event is none.</summary>
    /// <param name="time">The time.</param>
    /// <param name="state">The state from here on.</param>
    public void Restart(double time, FlatVector state)
    {
        for (int i = 0; i < _signs.Length; i++)
        {
            _signs[i] = Math.Sign(_events[i].At(time, state, 0, 0));
        }
    }

    /// <summary>Reads the functions where the solve goes on behind a terminal event. Which side of its zero the solution leaves to is read soon after: to leave it is no event.</summary>
    /// <param name="end">The event.</param>
    /// <param name="before">The state at which it happened.</param>
    /// <param name="state">The state from here on.</param>
    public void GoOnBehind(EventOccurrence end, FlatVector before, FlatVector state)
    {
        Restart(end.Time, state);
        for (int i = 0; i < _signs.Length; i++)
        {
            bool happened = Occurrences.Any(one => ReferenceEquals(one.Event, _events[i]) && TimeResolution.AreOne(one.Time, end.Time));
            bool stands = happened && _events[i].At(end.Time, before, 0, 0) == _events[i].At(end.Time, state, 0, 0);
            _signs[i] = stands ? 0 : _signs[i];
        }
    }

    /// <summary>Looks through the step that was just accepted.</summary>
    /// <returns>Whether a terminal event happened in it.</returns>
    public bool Look(StepWorkspace workspace)
    {
        using var step = workspace.CreateInterpolant();
        return Look(step, workspace.State, workspace.Evaluations);
    }

    /// <summary>Looks through a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="end">The state at its end.</param>
    /// <param name="evaluations">Evaluations so far.</param>
    /// <returns>Whether a terminal event happened in it.</returns>
    public bool Look(StepInterpolant step, FlatVector end, int evaluations)
    {
        double left = step.Time;
        FindSides(step, evaluations);
        for (int part = 1; part <= Parts; part++)
        {
            double right = part == Parts ? step.NextTime : step.Time + ((step.NextTime - step.Time) * part / Parts);
            step.Evaluate(right, _state);
            if (LookAt(step, left, right, part == Parts ? end : _state, end, evaluations))
            {
                return true;
            }

            left = right;
        }

        Grid.Add(step.NextTime);
        return false;
    }

    public void Dispose() => _state.Dispose();

    /// <summary>Reads the functions that stood at zero at the step's start a little behind it.</summary>
    private void FindSides(StepInterpolant step, int evaluations)
    {
        if (!_signs.Contains(0))
        {
            return;
        }

        double soon = step.Time + (Soon * (step.NextTime - step.Time));
        step.Evaluate(soon, _state);
        for (int i = 0; i < _signs.Length; i++)
        {
            _signs[i] = _signs[i] == 0 ? Math.Sign(_events[i].At(soon, _state, step.NextTime - step.Time, evaluations)) : _signs[i];
        }
    }

    /// <summary>Looks through a part of a step.</summary>
    /// <returns>Whether a terminal event happened in it; what lies behind it, such as a function that is not finite there, is not looked at.</returns>
    private bool LookAt(StepInterpolant step, double left, double right, FlatVector state, FlatVector like, int evaluations)
    {
        double direction = Math.Sign(step.NextTime - step.Time);
        double[] values = [.. _events.Select(one => one.Value(right, state))]; // the state does not outlive the search for roots
        var found = new List<(double Time, OdeEvent Event)>();
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsNaN(values[i]) && Crossing(i, step, left, right, values[i], evaluations) is { } root)
            {
                found.Add((TimeResolution.AreOne(root, step.NextTime) ? step.NextTime : root, _events[i]));
            }
        }

        double[] ends = [.. found.Where(one => one.Event.IsTerminal).Select(one => one.Time)];
        if (ends.Length == 0)
        {
            for (int i = 0; i < values.Length; i++)
            {
                _signs[i] = Math.Sign(_events[i].Number(values[i], right, step.NextTime - step.Time, evaluations));
            }

            Tell(found, direction, step, like);
            return false;
        }

        double end = ends.MinBy(time => direction * time);
        found.AddRange(BeforeEnd(step, left, end, values, evaluations));
        Tell(found.Select(one => TimeResolution.AreOne(one.Time, end) ? (Time: end, one.Event) : one).Where(one => direction * one.Time <= direction * end), direction, step, like);
        Grid.Add(end);
        return true;
    }

    /// <summary>Adds to what happened: those of one time in the order of their list, but one that ends the solve last.</summary>
    private void Tell(IEnumerable<(double Time, OdeEvent Event)> found, double direction, StepInterpolant step, FlatVector like)
    {
        foreach (var (time, one) in found.OrderBy(one => direction * one.Time).ThenBy(one => one.Event.IsTerminal))
        {
            var there = like.CreateLike();
            step.Evaluate(time, there);
            Occurrences.Add(new(one, time, there) { Row = Row });
        }
    }

    /// <summary>The events, just before a terminal one, of functions that are no numbers behind it.</summary>
    private IEnumerable<(double Time, OdeEvent Event)> BeforeEnd(StepInterpolant step, double left, double end, double[] values, int evaluations)
    {
        double before = end - (JustBefore * (end - left));
        for (int i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]))
            {
                step.Evaluate(before, _state);
                if (Crossing(i, step, left, before, _events[i].At(before, _state, step.NextTime - step.Time, evaluations), evaluations) is { } root)
                {
                    yield return (root, _events[i]);
                }
            }
        }
    }

    /// <summary>When a function changes its sign, in the way that counts, from what it was last read as to its value at the right; null where it does not.</summary>
    private double? Crossing(int i, StepInterpolant step, double left, double right, double value, int evaluations)
    {
        int sign = Math.Sign(value);
        return _signs[i] == 0 || sign == _signs[i] || !_events[i].Counts(_signs[i], sign) ? null
            : sign == 0 ? right
            : Root(_events[i], step, left, right, sign, evaluations);
    }

    /// <summary>Halves the time in which a sign changes until it has no middle.</summary>
    private double Root(OdeEvent one, StepInterpolant step, double left, double right, int sign, int evaluations)
    {
        for (int i = 0; i < Halvings; i++)
        {
            double middle = left + (0.5 * (right - left));
            if (middle == left || middle == right)
            {
                break;
            }

            step.Evaluate(middle, _state);
            int here = Math.Sign(one.At(middle, _state, step.NextTime - step.Time, evaluations));
            if (here == sign || here == 0)
            {
                right = middle;
            }
            else
            {
                left = middle;
            }
        }

        return right;
    }
}
