namespace FlowOde.Samplers.Drawing;

/// <summary>The interval of data units that an axis shows.</summary>
public readonly record struct DataLimits
{
    /// <summary>The largest magnitude an axis shows, so that sums and differences of limits stay finite.</summary>
    public const double LargestMagnitude = 1e306;

    /// <summary>The narrowest interval, relative to the larger end: below it neighbouring ticks would be the same number.</summary>
    private const double NarrowestSpan = 1e-12;

    /// <summary>Makes an interval from <paramref name="minimum"/> to <paramref name="maximum"/>, in data units.</summary>
    /// <exception cref="ArgumentException">An end is not finite or beyond 1e306, or the interval is empty or too narrow to be shown in double precision.</exception>
    public DataLimits(double minimum, double maximum)
    {
        if (!IsDrawable(minimum) || !IsDrawable(maximum) || !(maximum > minimum))
        {
            throw new ArgumentException(
                $"Limits must be finite, ascending and within ±{LargestMagnitude:E0}, but were {minimum:R} to {maximum:R}; {nameof(Robust)} finds valid ones for any values.");
        }

        if (IsTooNarrow(minimum, maximum))
        {
            throw new ArgumentException($"The interval from {minimum:R} to {maximum:R} is too narrow to be drawn in double precision; subtract an offset from the data.");
        }

        Minimum = minimum;
        Maximum = maximum;
    }

    /// <summary>The lower end, in data units.</summary>
    public double Minimum { get; }

    /// <summary>The upper end, in data units.</summary>
    public double Maximum { get; }

    /// <summary>Length of the interval, in data units.</summary>
    public double Span => Maximum - Minimum;

    /// <summary>Whether <paramref name="value"/> lies inside; never for NaN.</summary>
    public bool Contains(double value) => value >= Minimum && value <= Maximum;

    /// <summary>Limits that show nearly all values: the whole range when nothing lies far out, else the 0.1 to 99.9 percentiles; 4 % margin either way.</summary>
    /// <remarks>"Far out" means that the whole range is more than 1.6 times as wide as the percentile range. NaN, infinities and magnitudes
    /// beyond 1e306 do not count. No values give 0 to 1; equal values an interval around them.</remarks>
    /// <param name="values">Values in data units, in any order.</param>
    public static DataLimits Robust(ReadOnlySpan<double> values)
    {
        var sorted = Percentiles.SortedDrawable(values);
        if (sorted.Length == 0)
        {
            return new DataLimits(0, 1);
        }

        var low = Percentiles.Of(sorted, 0.001);
        var high = Percentiles.Of(sorted, 0.999);
        var isFarOut = sorted[^1] - sorted[0] > 1.6 * (high - low) && high > low;
        return isFarOut ? Padded(low, high) : Padded(sorted[0], sorted[^1]);
    }

    /// <summary>The interval from <paramref name="low"/> to <paramref name="high"/> with a margin, 4 % unless told; around a single value
    /// when they are too close to tell apart.</summary>
    internal static DataLimits Padded(double low, double high, double share = 0.04)
    {
        if (IsTooNarrow(low, high))
        {
            var half = Math.Abs(low) > 1e-290 ? 0.05 * Math.Abs(low) : 0.5;
            return new DataLimits(Clamp(low - half), Clamp(low + half));
        }

        var margin = share * (high - low);
        return new DataLimits(Clamp(low - margin), Clamp(high + margin));
    }

    /// <summary>The interval from <paramref name="low"/> to <paramref name="high"/> itself, unless they are too close to tell apart.</summary>
    internal static DataLimits Tight(double low, double high) => IsTooNarrow(low, high) ? Padded(low, high) : new DataLimits(low, high);

    /// <summary>Whether <paramref name="value"/> is a number that an axis may show.</summary>
    internal static bool IsDrawable(double value) => Math.Abs(value) <= LargestMagnitude;

    private static bool IsTooNarrow(double low, double high) =>
        high - low <= Math.Max(1e-290, NarrowestSpan * Math.Max(Math.Abs(low), Math.Abs(high)));

    private static double Clamp(double value) => Math.Clamp(value, -LargestMagnitude, LargestMagnitude);
}
