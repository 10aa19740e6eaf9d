using FlowOde.Data.Tables;

namespace FlowOde.Data.Readers;

/// <summary>Reads one format of table. Stateless.</summary>
public interface ITableReader
{
    /// <summary>File name extensions with their dot, in lower case, without <c>.gz</c>.</summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>One line: what the format is.</summary>
    string Description { get; }

    /// <summary>Reads a whole table.</summary>
    /// <param name="stream">The bytes, uncompressed, read to the end; need not seek. Stays open.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="options">What the file does not say about itself.</param>
    /// <returns>The table; all its numbers are finite.</returns>
    /// <exception cref="DataFormatException">The content is not a usable table.</exception>
    DataTable Read(Stream stream, string source, TableReadOptions options);
}
