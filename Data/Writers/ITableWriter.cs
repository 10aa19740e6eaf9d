using FlowOde.Data.Tables;

namespace FlowOde.Data.Writers;

/// <summary>Writes one format of table. Stateless.</summary>
public interface ITableWriter
{
    /// <summary>File name extensions with their dot, in lower case, without <c>.gz</c>.</summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>Writes a table.</summary>
    /// <param name="table">The table; numbers that are not finite are allowed.</param>
    /// <param name="precision">How precisely.</param>
    /// <param name="into">Receives the bytes; stays open.</param>
    void Write(DataTable table, NumberPrecision precision, Stream into);
}
