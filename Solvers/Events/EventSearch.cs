using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Events;

/// <summary>Looks for events in the accepted steps of one solve.</summary>
internal sealed class EventSearch : IDisposable
{
    private const int Parts = 4; // of a step, at whose ends the functions are read
    private const int Halvings = 64;

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

    /// <summary>Reads the functions where the solve goes on behind a terminal event. What stands on its zero, since nothing has moved its function, is read again with the first step: to leave it is no event.</summary>
    /// <param name="end">The event.</param>
    /// <param name="before">The state at which it happened.</param>
    /// <param name="state">The state from here on.</param>
    public void GoOnBehind(EventOccurrence end, FlatVector before, FlatVector state)
    {
        Restart(end.Time, state);
        for (int i = 0; i < _signs.Length; i++)
        {
            bool stands = ReferenceEquals(_events[i], end.Event) && end.Event.At(end.Time, before, 0, 0) == end.Event.At(end.Time, state, 0, 0);
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
        var found = new List<(double Time, OdeEvent Event)>();
        double left = step.Time;
        for (int part = 1; part <= Parts; part++)
        {
            double right = part == Parts ? step.NextTime : step.Time + ((step.NextTime - step.Time) * part / Parts);
            step.Evaluate(right, _state);
            var state = part == Parts ? end : _state;
            double[] values = [.. _events.Select(one => one.At(right, state, step.NextTime - step.Time, evaluations))];
            for (int i = 0; i < values.Length; i++)
            {
                int sign = Math.Sign(values[i]);
                if (_signs[i] != 0 && sign != _signs[i] && _events[i].Counts(_signs[i], sign))
                {
                    found.Add((sign == 0 ? right : Root(_events[i], step, left, right, sign, evaluations), _events[i]));
                }

                _signs[i] = sign;
            }

            left = right;
        }

        double direction = Math.Sign(step.NextTime - step.Time);
        foreach (var (time, one) in found.OrderBy(one => direction * one.Time))
        {
            var state = end.CreateLike();
            step.Evaluate(time, state);
            Occurrences.Add(new(one, time, state) { Row = Row });
            if (one.IsTerminal)
            {
                Grid.Add(time);
                return true;
            }
        }

        Grid.Add(step.NextTime);
        return false;
    }

    public void Dispose() => _state.Dispose();

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
