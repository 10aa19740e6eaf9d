using System.Buffers;
using System.Globalization;
using System.Text;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Writers;

/// <summary>Comma-separated text with a header; each number in the fewest digits that give it back.</summary>
internal sealed class CsvTableWriter : ITableWriter
{
    private const int LongestNumber = 32;
    private static readonly SearchValues<char> _special = SearchValues.Create(",\"\r\n\t;|");

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".csv"];

    /// <inheritdoc/>
    public void Write(DataTable table, NumberPrecision precision, Stream into)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(into);
        into.Write(Encoding.UTF8.GetBytes(string.Join(',', table.Columns.Select(Quoted)) + "\n"));
        var buffer = new byte[1 << 16];
        var used = 0;
        var values = table.Values;
        for (var i = 0; i < values.Length; i++)
        {
            if (used > buffer.Length - LongestNumber)
            {
                into.Write(buffer, 0, used);
                used = 0;
            }

            var rest = buffer.AsSpan(used);
            _ = precision == NumberPrecision.Bits32
                ? ((float)values[i]).TryFormat(rest, out var length, "R", CultureInfo.InvariantCulture)
                : values[i].TryFormat(rest, out length, "R", CultureInfo.InvariantCulture);
            used += length;
            buffer[used++] = (byte)((i + 1) % table.ColumnCount == 0 ? '\n' : ',');
        }

        into.Write(buffer, 0, used);
    }

    private static string Quoted(string name) =>
        name.AsSpan().ContainsAny(_special) ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;
}
