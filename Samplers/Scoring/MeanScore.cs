namespace FlowOde.Samplers.Scoring;

/// <summary>A mean over rows with its standard error.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">Its standard error; NaN for a single group.</param>
public sealed record MeanScore(double Mean, double StandardError)
{
    /// <summary>The mean of values, with a standard error over groups: equal rows are one observation, however often they are repeated.</summary>
    /// <remarks>The cluster-robust standard error, with the factor G/(G − 1) for G groups (Liang, Zeger 1986).</remarks>
    /// <param name="values">A value for each row.</param>
    /// <param name="groups">The group of each row, from 0; empty where every row is a group of its own.</param>
    /// <exception cref="ArgumentException">There are no values, or another number of groups.</exception>
    public static MeanScore Of(ReadOnlySpan<double> values, ReadOnlySpan<int> groups = default)
    {
        if (values.Length == 0 || (groups.Length != 0 && groups.Length != values.Length))
        {
            throw new ArgumentException($"A mean needs values and a group for each; got {values.Length} values and {groups.Length} groups.");
        }

        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        var residuals = new Dictionary<int, double>();
        for (int i = 0; i < values.Length; i++)
        {
            int group = groups.Length == 0 ? i : groups[i];
            residuals[group] = residuals.GetValueOrDefault(group) + (values[i] - mean);
        }

        double squares = residuals.Values.Sum(residual => residual * residual), count = residuals.Count;
        return new(mean, count < 2 ? double.NaN : Math.Sqrt(squares * count / (count - 1)) / values.Length);
    }

    /// <summary>The mean of a − b row by row.</summary>
    public static MeanScore OfDifference(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ReadOnlySpan<int> groups = default)
    {
        if (a.Length != b.Length)
        {
            throw new ArgumentException($"A paired difference needs equal numbers of values; got {a.Length} and {b.Length}.");
        }

        var differences = new double[a.Length];
        for (int i = 0; i < a.Length; i++)
        {
            differences[i] = a[i] - b[i];
        }

        return Of(differences, groups);
    }
}
