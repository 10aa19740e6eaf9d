namespace FlowOde.Samplers.Drawing;

/// <summary>Order statistics of the numbers that can be drawn at all.</summary>
internal static class Percentiles
{
    /// <summary>The finite values within the drawable range, ascending; a new array.</summary>
    public static double[] SortedDrawable(ReadOnlySpan<double> values)
    {
        var kept = new double[values.Length];
        var count = 0;
        foreach (var value in values)
        {
            if (DataLimits.IsDrawable(value))
            {
                kept[count++] = value;
            }
        }

        Array.Resize(ref kept, count);
        Array.Sort(kept);
        return kept;
    }

    /// <summary>The value with a share of <paramref name="fraction"/> of the others below it, between neighbours by linear interpolation.</summary>
    public static double Of(ReadOnlySpan<double> sorted, double fraction)
    {
        var position = fraction * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
