namespace FlowOde.Samplers.Drawing;

/// <summary>Points to be drawn: a table of numbers with a name for each column.</summary>
/// <remarks>Numbers that are NaN, infinite or beyond <see cref="DataLimits.LargestMagnitude"/> are kept and simply not drawn.</remarks>
public sealed class PointTable
{
    private readonly double[] _values;

    /// <summary>Makes a table from row-major values, which are kept, not copied.</summary>
    /// <param name="columnNames">A name for each column, one or more.</param>
    /// <param name="values">The values, [rows · columns], row by row.</param>
    /// <exception cref="ArgumentException">There is no column, or the number of values is no multiple of the number of columns.</exception>
    public PointTable(IReadOnlyList<string> columnNames, double[] values)
    {
        ArgumentNullException.ThrowIfNull(columnNames);
        ArgumentNullException.ThrowIfNull(values);
        if (columnNames.Count == 0)
        {
            throw new ArgumentException("A table of points needs at least one column name.", nameof(columnNames));
        }

        if (values.Length % columnNames.Count != 0)
        {
            throw new ArgumentException(
                $"{values.Length} values cannot be rows of {columnNames.Count} columns; pass all rows, one after another.", nameof(values));
        }

        ColumnNames = columnNames;
        _values = values;
    }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> ColumnNames { get; }

    /// <summary>The number of rows.</summary>
    public int Rows => _values.Length / ColumnNames.Count;

    /// <summary>A column's values, [rows], as a new array.</summary>
    /// <param name="column">The column's index from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public double[] Column(int column)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, ColumnNames.Count);
        var values = new double[Rows];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = _values[(row * ColumnNames.Count) + column];
        }

        return values;
    }
}
