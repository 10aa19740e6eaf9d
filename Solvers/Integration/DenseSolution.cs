using FlowOde.Solvers.Events;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Integration;

/// <summary>A solution as a function of time: the polynomial of each accepted step. Owns them, and the states of what happened.</summary>
public sealed class DenseSolution : IDisposable
{
    private readonly List<StepInterpolant> _steps;

    /// <param name="steps">The steps.</param>
    /// <param name="statistics">What they cost.</param>
    /// <param name="end">Where an event ended the solve within the last step; null for that step's end.</param>
    internal DenseSolution(List<StepInterpolant> steps, SolveStatistics statistics, double? end = null) => (_steps, Statistics, End) = (steps, statistics, end ?? steps[^1].NextTime);

    /// <summary>What the solve cost.</summary>
    public SolveStatistics Statistics { get; }

    /// <summary>The events that happened, in the order of the solve. Their states belong to the solution.</summary>
    public IReadOnlyList<EventOccurrence> Occurrences { get; internal init; } = [];

    /// <summary>The first time of the solve.</summary>
    public double Start => _steps[0].Time;

    /// <summary>The last time of the solve: of the problem, or of the event that ended it.</summary>
    public double End { get; }

    /// <summary>Writes the state at a time of the solve.</summary>
    /// <param name="time">A time from <see cref="Start"/> to <see cref="End"/>.</param>
    /// <param name="intoState">Receives y(time), in the layout of the state.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside of the solve.</exception>
    public void Evaluate(double time, FlatVector intoState)
    {
        double sign = Math.Sign(End - Start);
        if (!(sign * (time - Start) >= 0 && sign * (End - time) >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(time), time, $"The solution is known from {Start:R} to {End:R}.");
        }

        StepNear(time).Evaluate(time, intoState);
    }

    /// <summary>The step that a time lies in; the first or last one for times outside of the solve.</summary>
    internal StepInterpolant StepNear(double time)
    {
        double sign = Math.Sign(End - Start);
        int low = 0, high = _steps.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sign * (time - _steps[middle].NextTime) <= 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return _steps[low];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _steps.ForEach(step => step.Dispose());
        foreach (var occurrence in Occurrences)
        {
            occurrence.State.Dispose();
        }
    }
}
