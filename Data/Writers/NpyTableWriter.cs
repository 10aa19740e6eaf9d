using System.Buffers.Binary;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Writers;

/// <summary>A two-dimensional NumPy array, version 1.0, little-endian, row by row. Column names are not stored.</summary>
internal sealed class NpyTableWriter : ITableWriter
{
    private const int Chunk = 8192;

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".npy"];

    /// <inheritdoc/>
    public void Write(DataTable table, NumberPrecision precision, Stream into)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(into);
        var single = precision == NumberPrecision.Bits32;
        NpyPreamble.Write(single ? "<f4" : "<f8", [table.RowCount, table.ColumnCount], into);
        var size = single ? 4 : 8;
        var bytes = new byte[Chunk * size];
        for (var start = 0; start < table.Values.Length; start += Chunk)
        {
            var values = table.Values.Slice(start, Math.Min(Chunk, table.Values.Length - start));
            for (var i = 0; i < values.Length; i++)
            {
                if (single)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), (float)values[i]);
                }
                else
                {
                    BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * 8), values[i]);
                }
            }

            into.Write(bytes, 0, values.Length * size);
        }
    }
}
