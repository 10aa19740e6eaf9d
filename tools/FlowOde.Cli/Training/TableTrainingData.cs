using FlowOde.Data.Splits;
using FlowOde.Data.Tables;
using FlowOde.Flows.Randomness;

namespace FlowOde.Cli.Training;

/// <summary>A table: each pass over the training rows visits them in a new order.</summary>
internal sealed class TableTrainingData : TrainingData
{
    private const int FewestRows = 10;

    private (long Epoch, long[] Order) _epoch = (-1, []);

    /// <inheritdoc/>
    public override int? TrainRows => Train.Rows;

    /// <summary>Splits and standardises a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="address">The name or whole path.</param>
    /// <param name="options">How to split.</param>
    /// <exception cref="DataFormatException">Rows are too few, or a column has no density.</exception>
    public static TableTrainingData Make(DataTable table, string address, SplitOptions options)
    {
        table.RequireRows(FewestRows, "training");
        if (table.ConstantColumns.Count > 0)
        {
            throw new DataFormatException($"{table.Source}: every row has the same number in {string.Join(", ", table.ConstantColumns)}. Such a column has no density; leave it out with --drop \"{string.Join(',', table.ConstantColumns)}\".");
        }

        var split = DataSplit.Make(table, options);
        foreach (var (rows, name, option) in new[] { (split.Validation, "validation", "--validation"), (split.Test, "test", "--test") })
        {
            if (rows.Count == 0)
            {
                throw new DataFormatException($"{table.Source}: no rows are left for {name}: the table has {table.RowCount} rows, {split.Groups.Count} of them different. Give more rows, or a larger {option}.");
            }
        }

        int[] labels = table.Labels?.ToNumbers() ?? [];
        var train = Part(table, split.Train, split.Groups, labels);
        return new()
        {
            Name = Path.GetFileName(table.Source),
            Address = address,
            Digest = table.Digest,
            Columns = table.Columns,
            Train = train,
            Validation = Part(table, split.Validation, split.Groups, labels),
            Test = Part(table, split.Test, split.Groups, labels),
            Standardize = Standardization.Of(train, table.Columns, table.Source),
        };
    }

    /// <inheritdoc/>
    public override void FillBatch(RandomSource source, long step, double[] intoValues, long[] intoRows)
    {
        long rows = Train.Rows;
        for (int i = 0; i < intoRows.Length; i++)
        {
            long position = (step * intoRows.Length) + i, epoch = position / rows;
            if (_epoch.Epoch != epoch)
            {
                _epoch = (epoch, source.Permutation(epoch, rows));
            }

            long row = _epoch.Order[position % rows];
            intoRows[i] = row;
            Train.Values.AsSpan((int)row * Dimension, Dimension).CopyTo(intoValues.AsSpan(i * Dimension));
        }
    }

    /// <inheritdoc/>
    public override int Label(long row) => Train.Labels.Length == 0 ? -1 : Train.Labels[row];

    private static DataPart Part(DataTable table, IReadOnlyList<int> rows, DistinctGroups groups, int[] labels)
    {
        var values = new double[rows.Count * table.ColumnCount];
        for (int i = 0; i < rows.Count; i++)
        {
            table.Row(rows[i]).CopyTo(values.AsSpan(i * table.ColumnCount));
        }

        return new(values, [.. rows.Select(row => groups.GroupOfRow[row])], table.ColumnCount) { Labels = labels.Length == 0 ? [] : [.. rows.Select(row => labels[row])] };
    }
}
