using System.Text;

namespace FlowOde.Data.Tables;

/// <summary>Gathers the cells of a file row by row and decides at the end which columns and rows stay.</summary>
/// <remarks>A cell that is no number is kept as NaN until it is known whether its column has any number at all: a column without one is text.</remarks>
/// <param name="source">The file, for messages.</param>
/// <param name="rowWord">What a row is called in messages: "line" or "row".</param>
/// <param name="plan">The kept columns.</param>
/// <param name="options">What to do with missing cells, and the size limit.</param>
internal sealed class RowCollector(string source, string rowWord, ColumnPlan plan, TableReadOptions options)
{
    private readonly (long Line, string Text)[] _firstBad = new (long, string)[plan.Names.Length];
    private readonly int[] _numbers = new int[plan.Names.Length];
    private readonly List<string> _labels = [];
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private double[] _values = new double[1024];
    private int _count;
    private int _column;

    /// <summary>A hint that ends the message about a bad cell in the first row, or "".</summary>
    internal string FirstRowHint { get; init; } = "";

    /// <summary>Adds the next cell of the current row.</summary>
    /// <param name="value">A finite number.</param>
    internal void Add(double value)
    {
        var column = Append(value);
        if (_numbers[column]++ == 0 && _firstBad[column].Text is not null && options.Missing == MissingPolicy.Fail)
        {
            throw BadCell(column);
        }
    }

    /// <summary>Adds a cell that is no finite number.</summary>
    /// <param name="line">Its line or row from 1.</param>
    /// <param name="text">The cell as found, in UTF-8.</param>
    internal void AddMissing(long line, ReadOnlySpan<byte> text)
    {
        var column = Append(double.NaN);
        if (_firstBad[column].Text is null)
        {
            var found = Encoding.UTF8.GetString(text.Length > 160 ? text[..160] : text);
            _firstBad[column] = (line, found.Length > 40 ? $"{found[..40]}…" : found);
        }

        if (_numbers[column] > 0 && options.Missing == MissingPolicy.Fail)
        {
            throw BadCell(column);
        }
    }

    /// <summary>Adds the label of the current row, before or behind its cells.</summary>
    /// <param name="text">The cell as found, in UTF-8; may be blank.</param>
    internal void AddLabel(ReadOnlySpan<byte> text)
    {
        var label = Encoding.UTF8.GetString(text).Trim();
        if (!_known.TryGetValue(label, out var same))
        {
            _known[label] = same = label;
        }

        _labels.Add(same);
    }

    /// <summary>The finished table.</summary>
    /// <param name="notices">What was noticed so far; this adds to it.</param>
    internal DataTable Finish(List<string> notices)
    {
        var width = plan.Names.Length;
        if (_count == 0)
        {
            throw new DataFormatException($"{source}: found no rows of data; expected at least one row of numbers.");
        }

        var kept = Enumerable.Range(0, width).Where(column => _numbers[column] > 0).ToArray();
        var text = Enumerable.Range(0, width).Where(column => _numbers[column] == 0).ToArray();
        if (kept.Length == 0 || (text.Length > 0 && plan.Chosen))
        {
            var (line, found) = _firstBad[text[0]];
            throw new DataFormatException($"{source}: column '{plan.Names[text[0]]}' holds no number ({rowWord} {line} has '{found}'){(kept.Length == 0 ? " and neither does any other" : "")}; a density needs columns of numbers.{CommaHint(found)} Choose others with --columns, or check --delimiter and --header.{FirstRowHint}");
        }

        if (text.Length > 0)
        {
            notices.Add($"{source}: left out, since no row of {(text.Length == 1 ? "it" : "them")} is a number: {string.Join(", ", text.Select(column => plan.Names[column]))}.");
        }

        var values = Compact(kept, notices);
        var labels = plan.Label is { } label ? new TableLabels(label.Name, [.. _labels]) : null;
        var table = new DataTable([.. kept.Select(column => plan.Names[column])], values, source, notices) { Labels = labels };
        return table.RowCount > 1 && table.ConstantColumns.Count > 0
            ? new(table.Columns, values, source, [.. notices, $"{source}: every row has the same number in: {string.Join(", ", table.ConstantColumns)}. Such a column has no density; --drop leaves it out."]) { Labels = labels }
            : table;
    }

    private double[] Compact(int[] kept, List<string> notices)
    {
        var width = plan.Names.Length;
        var rows = _count / width;
        var into = 0;
        var dropped = 0;
        var labelled = 0;
        var target = kept.Length == width ? _values : new double[(long)rows * kept.Length];
        for (var row = 0; row < rows; row++)
        {
            var start = into;
            foreach (var column in kept)
            {
                var value = _values[(row * width) + column];
                target[into++] = value;
                if (double.IsNaN(value))
                {
                    into = start;
                    dropped++;
                    break;
                }
            }

            if (into > start && _labels.Count > 0)
            {
                _labels[labelled++] = _labels[row];
            }
        }

        _labels.RemoveRange(labelled, _labels.Count - labelled);

        if (into == 0)
        {
            throw new DataFormatException($"{source}: each of the {rows} rows has a missing cell, so none is left; leave the columns with gaps out by --drop.");
        }

        if (dropped > 0)
        {
            notices.Add($"{source}: left out {dropped} of {rows} rows with a missing cell.");
        }

        Array.Resize(ref target, into);
        return target;
    }

    private int Append(double value)
    {
        if (_count == _values.Length)
        {
            Grow();
        }

        _values[_count++] = value;
        var column = _column++;
        _column = _column == plan.Names.Length ? 0 : _column;
        return column;
    }

    private void Grow()
    {
        if (_count >= options.MaxCells)
        {
            throw new DataFormatException($"{source}: found more than {options.MaxCells} cells, which is the limit; choose columns with --columns or split the file.");
        }

        Array.Resize(ref _values, (int)Math.Min(options.MaxCells, 2L * _values.Length));
    }

    private DataFormatException BadCell(int column)
    {
        var (line, text) = _firstBad[column];
        var name = plan.Names[column];
        var hint = line == 1 ? FirstRowHint : "";
        var found = text.Length == 0 ? "a blank cell" : $"'{text}'";
        return new($"{source}, {rowWord} {line}, column '{name}': found {found}, expected a finite number.{CommaHint(text)} Use --missing drop to leave out rows with such cells, --drop \"{name}\" to leave out the column, or --columns to choose columns.{hint}");
    }

    private static string CommaHint(string text)
    {
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        return comma >= 0 && comma == text.LastIndexOf(',') && double.TryParse(text.Replace(',', '.'), out _)
            ? " It looks like a number with a decimal comma: write it with a point (in a spreadsheet, export with English number format)."
            : "";
    }
}
