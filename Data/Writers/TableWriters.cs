using System.IO.Compression;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Writers;

/// <summary>The table formats that can be written, by extension, each also with <c>.gz</c>.</summary>
/// <remarks>Adding one is a file of its own and a line here.</remarks>
public static class TableWriters
{
    /// <summary>All writers.</summary>
    public static IReadOnlyList<ITableWriter> All { get; } =
    [
        new CsvTableWriter(),
        new NpyTableWriter(),
    ];

    /// <summary>All extensions with their dot, without <c>.gz</c>.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [.. All.SelectMany(writer => writer.Extensions)];

    /// <summary>Whether a file name has the extension of a table that can be written.</summary>
    /// <param name="name">A file name or path.</param>
    /// <returns><see langword="true"/> if <see cref="Write"/> accepts it.</returns>
    public static bool CanWrite(string name) => Find(name) is not null;

    /// <summary>Writes a table to a stream.</summary>
    /// <param name="table">The table.</param>
    /// <param name="name">A file name: its extension says the format, and <c>.gz</c> that it is packed.</param>
    /// <param name="precision">How precisely numbers are written.</param>
    /// <param name="into">Receives the bytes; stays open.</param>
    /// <exception cref="DataFormatException">The extension is unknown.</exception>
    public static void Write(DataTable table, string name, NumberPrecision precision, Stream into)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(into);
        var writer = Find(name) ?? throw new DataFormatException($"{name}: unknown kind of table '{Path.GetExtension(name)}'; can be written: {string.Join(", ", Extensions)}, each also with .gz.");
        if (!IsCompressed(name))
        {
            writer.Write(table, precision, into);
            return;
        }

        using var packed = new GZipStream(into, CompressionLevel.Optimal, leaveOpen: true);
        writer.Write(table, precision, packed);
    }

    private static bool IsCompressed(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static ITableWriter? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var extension = Path.GetExtension(IsCompressed(name) ? name[..^3] : name);
        return All.FirstOrDefault(writer => writer.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase));
    }
}
