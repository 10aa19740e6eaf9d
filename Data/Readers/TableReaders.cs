using FlowOde.Data.Tables;

namespace FlowOde.Data.Readers;

/// <summary>The table formats that can be read, by extension, each also with <c>.gz</c>.</summary>
/// <remarks>Adding one is a file of its own and a line here.</remarks>
public static class TableReaders
{
    /// <summary>All readers.</summary>
    public static IReadOnlyList<ITableReader> All { get; } =
    [
        new DelimitedReader(),
        new NpyReader(),
    ];

    /// <summary>All extensions with their dot, without <c>.gz</c>.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [.. All.SelectMany(reader => reader.Extensions)];

    /// <summary>Whether a file name has the extension of a table.</summary>
    /// <param name="path">A file name or path.</param>
    /// <returns><see langword="true"/> if <see cref="ReadFile"/> accepts it.</returns>
    public static bool CanRead(string path) => Find(path) is not null;

    /// <summary>Reads a table from a file.</summary>
    /// <param name="path">The file; its extension says the format.</param>
    /// <param name="options">What the file does not say about itself.</param>
    /// <returns>The table.</returns>
    /// <exception cref="DataFormatException">The file is missing, cannot be opened, has an unknown extension, or is not a usable table.</exception>
    public static DataTable ReadFile(string path, TableReadOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            using var stream = new FileStream(path, new FileStreamOptions { BufferSize = 1 << 16, Options = FileOptions.SequentialScan });
            return Read(stream, path, options);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataFormatException($"{path}: cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Reads a table from a stream.</summary>
    /// <param name="stream">The bytes, compressed if <paramref name="name"/> ends in <c>.gz</c>. Stays open.</param>
    /// <param name="name">A file name, for the format and for messages.</param>
    /// <param name="options">What the file does not say about itself.</param>
    /// <returns>The table.</returns>
    /// <exception cref="DataFormatException">The extension is unknown or the content is not a usable table.</exception>
    public static DataTable Read(Stream stream, string name, TableReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(options);
        var reader = Find(name) ?? throw new DataFormatException($"{name}: unknown kind of table '{Path.GetExtension(name)}'; known are {string.Join(", ", Extensions)}, each also with .gz.");
        if (!IsCompressed(name))
        {
            return reader.Read(stream, name, options);
        }

        using var unpacked = new GzipInput(stream, name);
        return reader.Read(unpacked, name, options);
    }

    private static bool IsCompressed(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static ITableReader? Find(string name)
    {
        var extension = Path.GetExtension(IsCompressed(name) ? name[..^3] : name);
        return All.FirstOrDefault(reader => reader.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase));
    }
}
