using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>Compares states that a backward solve rebuilt with those of the forward solve.</summary>
/// <param name="limit">The largest drift that is let pass.</param>
/// <param name="difference">Scratch in the layout of the state.</param>
internal sealed class StateDrift(double limit, FlatVector difference)
{
    /// <summary>From this growth of a rebuilt state on, its growth is named as the cause of a failed backward solve.</summary>
    private const double Unstable = 10;

    /// <summary>The largest drift so far.</summary>
    public double Largest { get; private set; }

    /// <summary>Whether a drift above the limit ended the backward solve.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Measures the drift at the start of an interval of the forward solve, where the backward solve has arrived.</summary>
    /// <param name="time">That time.</param>
    /// <param name="evaluations">Evaluations so far.</param>
    /// <param name="rebuilt">The state as it rebuilt it.</param>
    /// <param name="start">The true state there.</param>
    /// <param name="end">The true state at the end of the interval.</param>
    /// <exception cref="OdeSolveException">The drift is above the limit.</exception>
    public void Measure(double time, int evaluations, FlatVector rebuilt, FlatVector start, FlatVector end)
    {
        double drift = Measure(rebuilt, start, end);
        IsRefused = !(drift <= limit);
        if (IsRefused)
        {
            throw new OdeSolveException($"The state rebuilt backward is off by a factor {drift:G3} of its size at t = {time:R} (allowed: {limit:G3}), so its gradient would be wrong: the reversed dynamics are unstable. Use interpolated, checkpointed or auto, or smaller tolerances.", time, 0, evaluations);
        }
    }

    /// <summary>Measures the drift at the start of an interval of the forward solve.</summary>
    /// <param name="rebuilt">The state as it was rebuilt.</param>
    /// <param name="start">The true state there.</param>
    /// <param name="end">The true state at the end of the interval.</param>
    public double Measure(FlatVector rebuilt, FlatVector start, FlatVector end)
    {
        double distance = Distance(rebuilt, start), size = Math.Max(Size(start), Distance(end, start));
        double drift = distance == 0 ? 0 : distance / size;
        Largest = Math.Max(Largest, drift);
        return drift;
    }

    /// <summary>Whether a rebuilt state has outgrown the states it lies between.</summary>
    /// <param name="rebuilt">The state.</param>
    /// <param name="start">The true state at the start of the interval.</param>
    /// <param name="end">The true state at its end.</param>
    public static bool HasGrown(FlatVector rebuilt, FlatVector start, FlatVector end) => !(Size(rebuilt) <= Unstable * Math.Max(Size(start), Size(end)));

    private static double Size(FlatVector state) => Math.Sqrt(LinearCombination.Dot(state, state, state.Layout.EvolvingRanges));

    private double Distance(FlatVector a, FlatVector b)
    {
        LinearCombination.Write(a, [-1], [b], a.Layout.EvolvingRanges, difference);
        return Size(difference);
    }
}
