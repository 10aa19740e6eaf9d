using FlowOde.Data.Tables;
using FlowOde.Flows.Bijections;

namespace FlowOde.Cli.Training;

/// <summary>Means and scales of training rows.</summary>
internal static class Standardization
{
    /// <summary>Standardised numbers beyond this times their spread lose their digits in float32: 7 digits minus 3 that should be left.</summary>
    private const double MostForSingle = 1e4;

    private const double MostForDouble = 1e12;

    /// <summary>The map to mean 0 and variance 1 of these rows.</summary>
    /// <param name="rows">The training rows.</param>
    /// <param name="columns">The columns' names, for messages.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="DataFormatException">A column does not vary, or varies beyond what doubles can square.</exception>
    public static Standardize Of(DataPart rows, IReadOnlyList<string> columns, string source)
    {
        var (mean, scale) = (new double[columns.Count], new double[columns.Count]);
        for (int column = 0; column < columns.Count; column++)
        {
            double sum = 0, squares = 0;
            for (int row = 0; row < rows.Rows; row++)
            {
                sum += rows.Values[(row * columns.Count) + column] / rows.Rows;
            }

            for (int row = 0; row < rows.Rows; row++)
            {
                double difference = rows.Values[(row * columns.Count) + column] - sum;
                squares += difference * difference / rows.Rows;
            }

            (mean[column], scale[column]) = (sum, Math.Sqrt(squares));
            if (!double.IsFinite(squares) || !double.IsNormal(scale[column]))
            {
                throw new DataFormatException(squares == 0
                    ? $"{source}: every training row has the same number in '{columns[column]}'. Such a column has no density; leave it out with --drop \"{columns[column]}\"."
                    : $"{source}: column '{columns[column]}' has a spread of {scale[column]:E2}, whose square is no double. Rescale it.");
            }

            if (Math.Abs(sum) > MostForDouble * scale[column])
            {
                throw new DataFormatException($"{source}: column '{columns[column]}' varies by {scale[column]:E2} around {sum:E6}, which is rounding noise. Subtract an offset, or leave it out with --drop \"{columns[column]}\".");
            }
        }

        return new(mean, scale);
    }

    /// <summary>The first column whose numbers lose too many digits in float32, or −1.</summary>
    public static int ColumnThatNeedsDouble(TrainingData data)
    {
        if (data.Standardize is not { } map)
        {
            return -1;
        }

        var rows = data.Train;
        for (int i = 0; i < rows.Values.Length; i++)
        {
            int column = i % rows.Dimension;
            if (Math.Abs(map.Mean[column]) > MostForSingle * map.Scale[column] || Math.Abs(rows.Values[i]) > 1e30 || map.Scale[column] < 1e-30)
            {
                return column;
            }
        }

        return -1;
    }
}
