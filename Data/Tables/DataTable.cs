using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FlowOde.Data.Tables;

/// <summary>Rows of numbers with named columns. Immutable.</summary>
public sealed class DataTable
{
    private readonly double[] _values;
    private readonly Lazy<string> _digest;
    private readonly Lazy<IReadOnlyList<string>> _constantColumns;

    /// <summary>Makes a table, which takes <paramref name="values"/> over: the caller must not change it any more.</summary>
    /// <param name="columns">Names, all different.</param>
    /// <param name="values">The numbers, [rows, columns], row by row.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <param name="notices">What was guessed or left out on the way.</param>
    /// <param name="parts">A published split, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">No column, a name twice, values that do not fill whole rows, or parts that do not add up to the rows.</exception>
    public DataTable(IReadOnlyList<string> columns, double[] values, string source, IReadOnlyList<string>? notices = null, PublishedParts? parts = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(source);
        if (columns.Count == 0 || columns.Distinct(StringComparer.Ordinal).Count() != columns.Count)
        {
            throw new ArgumentException($"A table needs at least one column and no name twice, found: {string.Join(", ", columns)}.", nameof(columns));
        }

        if (values.Length % columns.Count != 0)
        {
            throw new ArgumentException($"{values.Length} numbers do not fill rows of {columns.Count} columns.", nameof(values));
        }

        if (parts is not null && parts.TotalRows != values.Length / columns.Count)
        {
            throw new ArgumentException($"The published parts have {parts.TotalRows} rows, the table {values.Length / columns.Count}.", nameof(parts));
        }

        (Columns, _values, Source, Notices, Parts) = ([.. columns], values, source, [.. notices ?? []], parts);
        _digest = new(ComputeDigest);
        _constantColumns = new(FindConstantColumns);
    }

    /// <summary>The columns' names, all different.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount => _values.Length / Columns.Count;

    /// <summary>Number of columns, at least 1.</summary>
    public int ColumnCount => Columns.Count;

    /// <summary>All numbers, [rows, columns], row by row.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Where the data come from: a path or a set's name.</summary>
    public string Source { get; }

    /// <summary>What was guessed or left out while reading, one sentence each.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>The split published with the data, or <see langword="null"/>.</summary>
    public PublishedParts? Parts { get; }

    /// <summary>The column that labels the rows, where one was named; no part of the values, nor of <see cref="Digest"/>.</summary>
    public TableLabels? Labels
    {
        get;
        init => field = value is null || value.OfRows.Count == RowCount ? value : throw new ArgumentException($"There are {value.OfRows.Count} labels for {RowCount} rows.", nameof(value));
    }

    /// <summary>Columns whose every row has the same number: they have no density. Computed on first use.</summary>
    public IReadOnlyList<string> ConstantColumns => _constantColumns.Value;

    /// <summary>SHA-256 of names and numbers, 64 lower-case hexadecimal digits: equal content, equal digest, on every machine. Computed on first use.</summary>
    public string Digest => _digest.Value;

    /// <summary>One row.</summary>
    /// <param name="row">Row number from 0.</param>
    /// <returns>Its numbers, [columns]; a view.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<double> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, RowCount);
        return _values.AsSpan(row * ColumnCount, ColumnCount);
    }

    /// <summary>Refuses a table that is too short for its purpose.</summary>
    /// <param name="rows">The least number of rows.</param>
    /// <param name="purpose">What they are needed for, as in "training".</param>
    /// <exception cref="DataFormatException">The table has fewer rows.</exception>
    public void RequireRows(int rows, string purpose)
    {
        if (RowCount < rows)
        {
            throw new DataFormatException($"{Source}: found {RowCount} row{(RowCount == 1 ? "" : "s")}, {purpose} needs at least {rows}.");
        }
    }

    private List<string> FindConstantColumns()
    {
        var found = new List<string>();
        for (var column = 0; column < ColumnCount && RowCount > 0; column++)
        {
            var at = column;
            while (at < _values.Length && _values[at] == _values[column])
            {
                at += ColumnCount;
            }

            if (at >= _values.Length)
            {
                found.Add(Columns[column]);
            }
        }

        return found;
    }

    private string ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        foreach (var column in Columns)
        {
            // Length first, so that names cannot run into each other.
            var name = Encoding.UTF8.GetBytes(column);
            BinaryPrimitives.WriteInt64LittleEndian(length, name.Length);
            hash.AppendData(length);
            hash.AppendData(name);
        }

        BinaryPrimitives.WriteInt64LittleEndian(length, -RowCount - 1L);
        hash.AppendData(length);
        var bytes = new byte[8 * 4096];
        for (var start = 0; start < _values.Length; start += 4096)
        {
            var chunk = _values.AsSpan(start, Math.Min(4096, _values.Length - start));
            for (var i = 0; i < chunk.Length; i++)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), chunk[i]);
            }

            hash.AppendData(bytes, 0, 8 * chunk.Length);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
