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
    /// <param name="step">The step.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    internal OdeSolveException? Refusal(in StepAttempt step)
    {
        Stop.ThrowIfCancellationRequested();
        bool isResolved = step.NextTime != step.Time && step.Length > Math.Max(TimeResolution.At(step.Time, step.NextTime), Negligible * step.LargestTime);
        string? problem = step.Tried >= MaxSteps ? $"{OdeSolveException.Of(step.Row, "The limit")} of {MaxSteps:N0} steps is used up. {AdviceFor(step)}"
            : step.Length < step.Shortest ? $"{OdeSolveException.Of(step.Row, "The error of a step")} of the shortest length allowed, {step.Shortest:R}, is too large. Loosen the tolerances or allow shorter steps."
            : isResolved ? null
            : !step.IsAdaptive ? "A step of the given number of steps is as short as the resolution of time. Take fewer steps, or times that lie farther apart or nearer to 0."
            : $"{OdeSolveException.Of(step.Row, "No step")} is accepted: its length fell to the resolution of time. {(step.Failure is not null ? $"{step.Failure}. " : step.IsFinite ? string.Empty : "The field or the state was not finite in the last steps that were tried. ")}The solution may grow without bound here or the field be stiff or not finite; loosen the tolerances or check the vector field.";
        return problem is null ? null : new(problem, step.Time, step.Length, step.Evaluations);
    }

    /// <summary>Whether the eigenvalues of the field may have to do with it that a step may not be tried any more: not where the longest step allowed bounds the steps, or the field is no number.</summary>
    internal bool MayBeStiff(in StepAttempt step) => step.Tried >= MaxSteps ? step.Length < step.Longest : step.IsFinite;

    private static string AdviceFor(in StepAttempt step) => step.IsAdaptive
        ? step.Length < step.Longest ? "Loosen the tolerances, raise the limit, or look for a vector field that grows without bound." : $"Steps are as long as they may be, {step.Longest:R}: allow longer ones, or raise the limit."
        : "The solve has a given number of steps, which is larger: take fewer steps, or raise the limit.";
}
