namespace FlowOde.Data.Splits;

/// <summary>How rows are divided into training, validation and test.</summary>
public sealed record SplitOptions
{
    /// <summary>Chooses one of the possible splits; the same seed gives the same split for ever.</summary>
    /// <value>Default 0.</value>
    public ulong Seed { get; init; }

    /// <summary>Share of the rows for validation, in [0, 1).</summary>
    /// <value>Default 0.1.</value>
    public double ValidationFraction
    {
        get;
        init => field = Checked(value, nameof(ValidationFraction));
    } = 0.1;

    /// <summary>Share of the rows for the test, in [0, 1).</summary>
    /// <value>Default 0.1.</value>
    public double TestFraction
    {
        get;
        init => field = Checked(value, nameof(TestFraction));
    } = 0.1;

    private static double Checked(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} must be at least 0 and less than 1.");
}
