using System.Buffers;
using System.Globalization;
using System.Text;
using FlowOde.Data.Writers;

namespace FlowOde.Cli.Verbs;

/// <summary>Comma-separated text on standard output, as <c>.csv</c> files have it.</summary>
internal static class CsvText
{
    private static readonly SearchValues<char> _special = SearchValues.Create(",\"\r\n\t;|");

    /// <summary>A column's name, quoted where it must be.</summary>
    public static string Quoted(string name) =>
        name.AsSpan().IndexOfAny(_special) >= 0 ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;

    /// <summary>Writes rows, each number in the fewest digits that give it back.</summary>
    public static void WriteRows(TextWriter output, ReadOnlySpan<double> rows, int columns, NumberPrecision precision)
    {
        var text = new StringBuilder();
        for (int i = 0; i < rows.Length; i++)
        {
            text.Append(precision == NumberPrecision.Bits32 ? ((float)rows[i]).ToString("R", CultureInfo.InvariantCulture) : rows[i].ToString("R", CultureInfo.InvariantCulture));
            text.Append((i + 1) % columns == 0 ? '\n' : ',');
        }

        output.Write(text);
    }
}
