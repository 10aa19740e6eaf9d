namespace FlowOde.Flows.Composition;

/// <summary>How a <see cref="GaussianMixture"/> is fitted.</summary>
public sealed record GaussianMixtureOptions
{
    /// <summary>Number of components to ask for, at least 1; fewer are used where the rows do not carry them.</summary>
    /// <value>10</value>
    public int Components
    {
        get;
        init => field = AtLeastOne(value, nameof(Components));
    } = 10;

    /// <summary>Number of seeded starts, at least 1; the one with the best training likelihood is kept.</summary>
    /// <value>5</value>
    public int Starts
    {
        get;
        init => field = AtLeastOne(value, nameof(Starts));
    } = 5;

    /// <summary>Limit of the iterations of each start, at least 1.</summary>
    /// <value>500</value>
    public int MaxIterations
    {
        get;
        init => field = AtLeastOne(value, nameof(MaxIterations));
    } = 500;

    /// <summary>A start ends when an iteration gains less than this in the mean log-density; nats, not negative.</summary>
    /// <value>1e-5</value>
    public double Tolerance
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Tolerance)} must not be negative.");
    } = 1e-5;

    /// <summary>Smallest eigenvalue of a covariance in units where each column has variance 1; dimensionless, 1e-10 to 1.</summary>
    /// <value>1e-6</value>
    public double CovarianceFloor
    {
        get;
        init => field = value is >= 1e-10 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(CovarianceFloor)} must be from 1e-10 to 1.");
    } = 1e-6;

    /// <summary>Seed of the starts.</summary>
    /// <value>0</value>
    public ulong Seed { get; init; }

    private static int AtLeastOne(int value, string name) => value >= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} must be at least 1.");
}
