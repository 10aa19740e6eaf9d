namespace FlowOde.Samplers.Drawing;

/// <summary>A curve: values at positions, ascending unless it is <see cref="Joined"/>, with standard errors if they are known.</summary>
/// <remarks>A value that is NaN or infinite makes a gap.</remarks>
public sealed class DataSeries
{
    /// <summary>Makes a curve from arrays, which are kept, not copied.</summary>
    /// <param name="positions">Positions along x, ascending and finite, [points].</param>
    /// <param name="values">Values, [points].</param>
    /// <param name="standardErrors">Standard errors of the values in their unit, [points]; null when not known, NaN where not known.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the positions are not finite and ascending.</exception>
    public DataSeries(double[] positions, double[] values, double[]? standardErrors = null)
        : this(positions, values, standardErrors, mayTurn: false)
    {
    }

    private DataSeries(double[] positions, double[] values, double[]? standardErrors, bool mayTurn)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != positions.Length)
        {
            throw new ArgumentException($"A curve needs a value for each position, but there are {values.Length} values for {positions.Length} positions.", nameof(values));
        }

        if (standardErrors is not null && standardErrors.Length != positions.Length)
        {
            throw new ArgumentException(
                $"There are {standardErrors.Length} standard errors for {positions.Length} values; pass one each, NaN where not known, or null.", nameof(standardErrors));
        }

        for (var i = 0; i < positions.Length; i++)
        {
            if (!DataLimits.IsDrawable(positions[i]) || (!mayTurn && i > 0 && positions[i] < positions[i - 1]))
            {
                throw new ArgumentException($"Positions must be finite and ascending, but position {i} is {positions[i]:R}; sort the curve first.", nameof(positions));
            }
        }

        Positions = positions;
        Values = values;
        StandardErrors = standardErrors;
    }

    /// <summary>A curve that may turn back along x: its points are joined in the order in which they stand.</summary>
    /// <param name="positions">Positions along x, finite, [points].</param>
    /// <param name="values">Values, [points].</param>
    /// <exception cref="ArgumentException">The lengths differ, or a position is not finite.</exception>
    public static DataSeries Joined(double[] positions, double[] values) => new(positions, values, null, mayTurn: true);

    /// <summary>A curve without points.</summary>
    public static DataSeries Empty { get; } = new([], []);

    /// <summary>Positions along x, [points].</summary>
    public double[] Positions { get; }

    /// <summary>Values, [points].</summary>
    public double[] Values { get; }

    /// <summary>Standard errors, [points], or null.</summary>
    public double[]? StandardErrors { get; }

    /// <summary>The index of the smallest finite value, the first of equal ones; −1 when there is none.</summary>
    internal int IndexOfSmallest()
    {
        var best = -1;
        for (var i = 0; i < Values.Length; i++)
        {
            if (DataLimits.IsDrawable(Values[i]) && (best < 0 || Values[i] < Values[best]))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>The centred mean over <paramref name="window"/> values, gaps left out, with values held to <paramref name="within"/>.</summary>
    /// <remarks>Held, because one spike of 1e30 would take all digits of the running sum.</remarks>
    internal DataSeries RunningMean(int window, DataLimits within)
    {
        var sums = new double[Values.Length + 1];
        var counts = new int[Values.Length + 1];
        for (var i = 0; i < Values.Length; i++)
        {
            var isNumber = DataLimits.IsDrawable(Values[i]);
            sums[i + 1] = sums[i] + (isNumber ? (Math.Clamp(Values[i], within.Minimum, within.Maximum) - within.Minimum) / within.Span : 0);
            counts[i + 1] = counts[i] + (isNumber ? 1 : 0);
        }

        var means = new double[Values.Length];
        for (var i = 0; i < means.Length; i++)
        {
            var first = Math.Max(0, i - (window / 2));
            var end = Math.Min(means.Length, i + (window / 2) + 1);
            var count = counts[end] - counts[first];
            means[i] = DataLimits.IsDrawable(Values[i]) ? within.Minimum + ((sums[end] - sums[first]) / count * within.Span) : double.NaN;
        }

        return new DataSeries(Positions, means);
    }
}
