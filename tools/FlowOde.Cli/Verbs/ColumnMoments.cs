using FlowOde.Data.Tables;

namespace FlowOde.Cli.Verbs;

/// <summary>What a column's numbers are like.</summary>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The standard deviation, over all rows.</param>
internal sealed record ColumnMoments(double Least, double Most, double Mean, double Deviation)
{
    /// <summary>Reads a column.</summary>
    public static ColumnMoments Of(DataTable table, int column)
    {
        double least = double.PositiveInfinity, most = double.NegativeInfinity, mean = 0, squares = 0;
        for (int row = 0; row < table.RowCount; row++)
        {
            double value = table.Row(row)[column];
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
            mean += value / table.RowCount;
        }

        for (int row = 0; row < table.RowCount; row++)
        {
            double difference = table.Row(row)[column] - mean;
            squares += difference * difference / table.RowCount;
        }

        return new(least, most, mean, Math.Sqrt(squares));
    }
}
