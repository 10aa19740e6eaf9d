namespace FlowOde.Samplers.Drawing;

/// <summary>Which values get which part of a <see cref="ColourMap"/>.</summary>
public sealed record ColourScale
{
    /// <summary>The percentile of a density's cells at which <see cref="ForDensity"/> ends when a narrow peak exceeds it.</summary>
    public const double UpperPercentile = 99.9;

    // A density below this, at its largest, is drawn as zero: its ticks would not fit double precision.
    private const double Vanishing = 1e-280;

    /// <summary>The values at fractions 0 and 1.</summary>
    public required DataLimits Limits { get; init; }

    /// <summary>The power that the linear fraction is raised to: below 1 brightens small values.</summary>
    /// <value>1 by default: linear.</value>
    /// <exception cref="ArgumentOutOfRangeException">The power is not positive and finite.</exception>
    public double Exponent
    {
        get;
        init => field = value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Exponent)} must be positive and finite; 0.5 brightens small values.");
    } = 1;

    /// <summary>Whether some values lie above the scale; a colour bar then ends in an arrow head.</summary>
    public bool IsExceeded { get; init; }

    /// <summary>A scale for densities, from 0 to the largest cell, or to the 99.9th percentile of all cells when the largest is more than three times that.</summary>
    /// <remarks>So a narrow peak does not darken all the rest. The exponent puts the density that an average draw from the field
    /// has, Σp²/Σp, at the middle of the map, within 0.45 to 1: linear for a Gaussian, for which that is half the peak, brighter where
    /// the mass lies in fine structure far below it. NaN and infinities do not count; no positive value at all gives 0 to 1.</remarks>
    /// <param name="densities">Densities of all the fields that are to share the scale, in any order.</param>
    public static ColourScale ForDensity(ReadOnlySpan<double> densities)
    {
        var sorted = Percentiles.SortedDrawable(densities);
        var largest = sorted.Length == 0 ? 0 : sorted[^1];
        if (!(largest > Vanishing))
        {
            return new ColourScale { Limits = new DataLimits(0, 1) };
        }

        var percentile = Percentiles.Of(sorted, UpperPercentile / 100);
        var isExceeded = percentile > Vanishing && largest > 3 * percentile;
        var upper = isExceeded ? percentile : largest;
        return new ColourScale
        {
            Limits = new DataLimits(0, upper),
            IsExceeded = isExceeded,
            Exponent = Math.Clamp(Math.Log(0.5) / Math.Log(Math.Min(MeanFraction(sorted, upper), 0.5)), 0.45, 1),
        };
    }

    /// <summary>Where <paramref name="value"/> lies in the colour map, from 0 to 1; NaN stays NaN.</summary>
    public double FractionOf(double value) =>
        Math.Pow(Math.Clamp((value - Limits.Minimum) / Limits.Span, 0, 1), Exponent);

    private static double MeanFraction(ReadOnlySpan<double> densities, double upper)
    {
        double mass = 0;
        double square = 0;
        foreach (var density in densities)
        {
            var fraction = Math.Clamp(density / upper, 0, 1);
            mass += fraction;
            square += fraction * fraction;
        }

        return square / mass;
    }
}
