namespace FlowOde.Flows.Composition;

/// <summary>Training rows in standard units and in lexicographic order, so that a fit does not depend on the order of the rows.</summary>
internal sealed class GaussianMixtureTable
{
    // Below this share of its mean a column's deviation is rounding: the column counts as constant.
    private const double RelativeSpread = 1e-12;

    private GaussianMixtureTable(double[] values, double[] centre, double[] scale, int distinct)
    {
        (Values, Centre, Scale, DistinctRows) = (values, centre, scale, distinct);
    }

    /// <summary>(row − centre) / scale, [rows, dim].</summary>
    public double[] Values { get; }

    /// <summary>Mean of each column, [dim].</summary>
    public double[] Centre { get; }

    /// <summary>Standard deviation of each column, [dim]; 1 for a constant column.</summary>
    public double[] Scale { get; }

    /// <summary>Number of different rows.</summary>
    public int DistinctRows { get; }

    /// <summary>Standardises and sorts finite rows, [rows, dim].</summary>
    public static GaussianMixtureTable From(double[] rows, int dim)
    {
        var count = rows.Length / dim;
        var order = Enumerable.Range(0, count).ToArray();
        Array.Sort(order, (a, b) => rows.AsSpan(a * dim, dim).SequenceCompareTo(rows.AsSpan(b * dim, dim)));
        var values = new double[rows.Length];
        var distinct = 0;
        for (var i = 0; i < count; i++)
        {
            var row = rows.AsSpan(order[i] * dim, dim);
            distinct += i == 0 || !row.SequenceEqual(values.AsSpan((i - 1) * dim, dim)) ? 1 : 0;
            row.CopyTo(values.AsSpan(i * dim));
        }

        var (centre, scale) = (new double[dim], new double[dim]);
        for (var j = 0; j < dim; j++)
        {
            (centre[j], scale[j]) = Standardize(values, dim, j);
        }

        return new GaussianMixtureTable(values, centre, scale, distinct);
    }

    private static (double Centre, double Scale) Standardize(double[] values, int dim, int column)
    {
        var count = values.Length / dim;
        double centre = 0, variance = 0;
        for (var at = column; at < values.Length; at += dim)
        {
            centre += values[at] / count;
        }

        for (var at = column; at < values.Length; at += dim)
        {
            values[at] -= centre;
            variance += values[at] * values[at] / count;
        }

        if (!double.IsFinite(variance))
        {
            throw new ArgumentException($"Column {column} spreads over more than double precision can square. Rescale it.", nameof(values));
        }

        var deviation = Math.Sqrt(variance);
        var scale = deviation > RelativeSpread * Math.Abs(centre) && double.IsNormal(deviation) ? deviation : 1;
        for (var at = column; at < values.Length; at += dim)
        {
            values[at] /= scale;
        }

        return (centre, scale);
    }
}
