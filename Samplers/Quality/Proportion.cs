namespace FlowOde.Samplers.Quality;

/// <summary>A share of successes with an interval that covers its expectation in 95 of 100 cases.</summary>
/// <remarks>Wilson 1927: it stays within 0 and 1, and has a width also where all or none succeed.</remarks>
public sealed record Proportion
{
    private const double Quantile = 1.959963984540054; // of the normal law at 97.5 %

    /// <summary>Takes counts.</summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The counts do not fit.</exception>
    public Proportion(long successes, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        (Successes, Trials) = (successes, trials);
        double n = trials, p = successes / n, z2 = Quantile * Quantile;
        double centre = (p + (z2 / (2 * n))) / (1 + (z2 / n));
        double half = Quantile / (1 + (z2 / n)) * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
        (Share, Low, High) = (p, successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half);
    }

    /// <summary>Number of successes.</summary>
    public long Successes { get; }

    /// <summary>Number of trials.</summary>
    public long Trials { get; }

    /// <summary>Successes over trials.</summary>
    public double Share { get; }

    /// <summary>The lower end of the interval.</summary>
    public double Low { get; }

    /// <summary>The upper end of the interval.</summary>
    public double High { get; }
}
