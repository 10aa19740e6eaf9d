namespace FlowOde.Solvers.Integration;

/// <summary>What bounds a solve.</summary>
public sealed record StepLimits
{
    // Of the largest time: reactions that last 1e11 seconds begin within 1e-8, but a step of this length is none.
    private const double Negligible = 1e-30;

    /// <summary>The most steps that may be tried, rejected ones included; at least 1.</summary>
    /// <value>100,000 by default.</value>
    public int MaxSteps
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A solve needs at least one step.");
    } = 100_000;

    /// <summary>What a solve does whose steps are used up or too short.</summary>
    /// <value><see cref="LimitAction.Throw"/> by default.</value>
    public LimitAction OnLimit { get; init; }

    /// <summary>Ends a solve before its next step, with an <see cref="OperationCanceledException"/>. The backward half of a gradient that repeats recorded steps is not looked at: it has an end of its own.</summary>
    /// <value>Never by default.</value>
    public CancellationToken Stop { get; init; }

    /// <summary>Why a step may not be tried any more, or would not advance time; null where it may.</summary>
    /// <param name="time">The start of the step.</param>
    /// <param name="nextTime">Its end.</param>
    /// <param name="step">The length that was proposed.</param>
    /// <param name="largest">The largest time of the solve.</param>
    /// <param name="tried">Steps tried so far.</param>
    /// <param name="evaluations">Evaluations so far.</param>
    /// <param name="failure">Why the last step had no result, a sentence without its end; or null.</param>
    /// <param name="row">The row that has steps of its own, or null.</param>
    /// <param name="shortest">The length that no step may fall below.</param>
    /// <param name="isAdaptive">Whether tolerances choose the steps; if not, their number was given.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    internal OdeSolveException? Refusal(double time, double nextTime, double step, double largest, int tried, int evaluations, bool isAdaptive, string? failure = null, long? row = null, double shortest = 0)
    {
        Stop.ThrowIfCancellationRequested();
        if (tried >= MaxSteps)
        {
            string advice = isAdaptive ? "Loosen the tolerances, raise the limit, or look for a vector field that grows without bound." : "The solve has a given number of steps, which is larger: take fewer steps, or raise the limit.";
            return new($"{OdeSolveException.Of(row, "The limit")} of {MaxSteps:N0} steps is used up. {advice}", time, step, evaluations);
        }

        if (step < shortest)
        {
            return new($"{OdeSolveException.Of(row, "The error of a step")} of the shortest length allowed, {shortest:R}, is too large. Loosen the tolerances or allow shorter steps.", time, step, evaluations);
        }

        double here = Math.Max(Math.Abs(time), Math.Abs(nextTime));
        bool isResolved = nextTime != time && step > Math.Max(4 * (Math.BitIncrement(here) - here), Negligible * largest);
        return isResolved ? null
            : !isAdaptive ? new("A step of the given number of steps is as short as the resolution of time. Take fewer steps, or times that lie farther apart or nearer to 0.", time, step, evaluations)
            : new($"{OdeSolveException.Of(row, "No step")} is accepted: its length fell to the resolution of time. {(failure is null ? string.Empty : $"{failure}. ")}The solution may grow without bound here or the field be stiff or not finite; loosen the tolerances or check the vector field.", time, step, evaluations);
    }
}
