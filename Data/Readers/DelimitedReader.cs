using System.Globalization;
using System.Text;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Readers;

/// <summary>Text tables: comma, semicolon, tab, bar or blanks between columns, with or without a header, quotes and a byte order mark.</summary>
internal sealed class DelimitedReader : ITableReader
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".csv", ".tsv", ".txt", ".dat"];

    /// <inheritdoc/>
    public string Description => "text table with commas, semicolons, tabs, bars or blanks between columns";

    /// <inheritdoc/>
    public DataTable Read(Stream stream, string source, TableReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        using var text = new LookaheadReader(stream, source);
        CheckHead(text.Head, source);
        var notices = new List<string>();
        using var records = Open(text, source, options, notices);
        return Collect(records, source, options, notices);
    }

    private static void CheckHead(ReadOnlySpan<char> head, string source)
    {
        if (head.IsWhiteSpace())
        {
            // At the end of a packed file this read also finds out whether it was cut short.
            throw new DataFormatException($"{source}: the file is empty; expected a text table with one row a line.");
        }

        if (head.Contains('\0'))
        {
            var packed = head.Length > 1 && head[0] == '\u001f' ? " It looks like a gzip file: add .gz to its name." : "";
            throw new DataFormatException($"{source}: holds binary data, expected a text table.{packed}");
        }
    }

    private static CsvRecords Open(LookaheadReader text, string source, TableReadOptions options, List<string> notices)
    {
        var delimiter = options.Delimiter?[0];
        if (delimiter is null)
        {
            delimiter = DelimiterGuess.Find(text.Head);
            notices.Add(delimiter is { } found
                ? $"{source}: the columns seem to be separated by {Describe(found)} (--delimiter says otherwise)."
                : $"{source}: seems to have one column (--delimiter says otherwise).");
        }

        return new(text, delimiter ?? ',', source);
    }

    private static DataTable Collect(CsvRecords records, string source, TableReadOptions options, List<string> notices)
    {
        var first = records.Next() ? records.ToArray() : null;
        var firstLine = records.Line;
        var second = records.Next() ? records.ToArray() : null;
        if (first is null)
        {
            throw new DataFormatException($"{source}: the file is empty; expected a text table with one row a line.");
        }

        var header = options.Header == HeaderMode.Yes || (options.Header == HeaderMode.Auto && HeaderGuess.IsHeader(first, second));
        if (options.Header == HeaderMode.Auto)
        {
            notices.Add($"{source}: the first line seems to be {(header ? "a header" : "data")} (--header {(header ? "no" : "yes")} says otherwise).");
        }

        if (header && second is null)
        {
            throw new DataFormatException($"{source}: has a header and no rows of data{(options.Header == HeaderMode.Auto ? " (if the first line is data, pass --header no)" : "")}.");
        }

        var names = header ? first : [.. Enumerable.Range(1, first.Length).Select(number => $"column_{number}")];
        var plan = ColumnPlan.Make(source, names, options, notices);
        var collector = new RowCollector(source, "line", plan, options)
        {
            FirstRowHint = header ? "" : " If the first line names the columns, pass --header yes.",
        };
        if (!header)
        {
            CheckCount(first.Length, firstLine);
            if (plan.Label is { } of)
            {
                collector.AddLabel(Encoding.UTF8.GetBytes(first[of.Column]));
            }

            foreach (var column in plan.Kept)
            {
                AddCell(Encoding.UTF8.GetBytes(first[column]), firstLine);
            }
        }

        // The second record is still the current one.
        for (var more = second is not null; more; more = records.Next())
        {
            CheckCount(records.Count, records.Line);
            if (plan.Label is { } label)
            {
                collector.AddLabel(records.Field(label.Column));
            }

            foreach (var column in plan.Kept)
            {
                AddCell(records.Field(column), records.Line);
            }
        }

        return collector.Finish(notices);

        void AddCell(ReadOnlySpan<byte> cell, long line)
        {
            if (double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
            {
                collector.Add(value);
            }
            else
            {
                collector.AddMissing(line, cell);
            }
        }

        void CheckCount(int count, long line)
        {
            if (count != names.Length)
            {
                throw new DataFormatException($"{source}, line {line}: expected {names.Length} column{(names.Length == 1 ? "" : "s")} as in line {firstLine}, found {count}. Check --delimiter, quotes and decimal commas.");
            }
        }
    }

    private static string Describe(char delimiter) => delimiter switch
    {
        ',' => "commas",
        ';' => "semicolons",
        '\t' => "tabs",
        '|' => "bars",
        ' ' => "blanks",
        _ => $"'{delimiter}'",
    };
}
