namespace FlowOde.Solvers.Integration;

/// <summary>What bounds a solve.</summary>
public sealed record StepLimits
{
    /// <summary>The most steps that may be tried, rejected ones included; at least 1.</summary>
    /// <value>100,000 by default.</value>
    public int MaxSteps
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A solve needs at least one step.");
    } = 100_000;

    /// <summary>What a solve does whose steps are used up.</summary>
    /// <value><see cref="LimitAction.Throw"/> by default.</value>
    public LimitAction OnLimit { get; init; }
}
