using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Readers;

/// <summary>NumPy arrays of floats or integers, of one or two dimensions, either byte order, either storage order.</summary>
internal sealed class NpyReader : ITableReader
{
    private const int ChunkBytes = 1 << 18;

    private delegate double Element(ReadOnlySpan<byte> bytes);

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".npy"];

    /// <inheritdoc/>
    public string Description => "NumPy array of floats or integers, one or two dimensions";

    /// <inheritdoc/>
    public DataTable Read(Stream stream, string source, TableReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        var header = NpyHeader.Read(stream, source);
        if (header.Shape.Count > 2)
        {
            throw new DataFormatException($"{source}: the array has shape ({string.Join(", ", header.Shape)}); expected (rows, columns) or (rows,). Reshape it to two dimensions.");
        }

        var (rows, columns) = (header.Shape[0], header.Shape.Count == 2 ? header.Shape[1] : 1);
        var cells = (Int128)rows * columns;
        if (cells > options.MaxCells)
        {
            throw new DataFormatException($"{source}: states {rows} rows of {columns} columns; at most {options.MaxCells} cells are accepted.");
        }

        var values = ReadNumbers(stream, source, header.ElementType, (int)cells);
        var notices = new List<string>();
        if (stream.ReadByte() >= 0)
        {
            notices.Add($"{source}: bytes after the array are ignored.");
        }

        return Collect(values, ((int)rows, (int)columns), header.FortranOrder, source, options, notices);
    }

    /// <summary>Reads into a buffer that grows with the bytes that are really there, whatever the header states.</summary>
    /// <param name="stream">Stands at the first number.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="type">The type of a number, as the header states it.</param>
    /// <param name="count">How many numbers the header states.</param>
    internal static double[] ReadNumbers(Stream stream, string source, string type, int count)
    {
        var (size, element) = Decoder(type, source);
        var values = new double[Math.Min(count, 2 * ChunkBytes / size)];
        var chunk = new byte[ChunkBytes];
        var done = 0;
        while (done < count)
        {
            var wanted = (int)Math.Min(ChunkBytes, (long)(count - done) * size);
            var read = stream.ReadAtLeast(chunk.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
            if (read < wanted)
            {
                throw new DataFormatException($"{source}: the header states {count} numbers of {size} bytes, the file ends after {done + (read / size)}; it was cut short, copy it again.");
            }

            if (done + (wanted / size) > values.Length)
            {
                Array.Resize(ref values, (int)Math.Min(count, 2L * values.Length));
            }

            for (var at = 0; at < wanted; at += size)
            {
                values[done++] = element(chunk.AsSpan(at, size));
            }
        }

        return values;
    }

    private static DataTable Collect(double[] values, (int Rows, int Columns) shape, bool fortranOrder, string source, TableReadOptions options, List<string> notices)
    {
        var (rows, columns) = shape;
        var names = Enumerable.Range(1, columns).Select(number => $"column_{number}").ToArray();
        var plan = ColumnPlan.Make(source, names, options, notices);
        var collector = new RowCollector(source, "row", plan, options);
        var (rowStep, columnStep) = fortranOrder ? (1L, (long)rows) : (columns, 1L);
        for (var row = 0; row < rows; row++)
        {
            if (plan.Label is { } label)
            {
                collector.AddLabel(Encoding.UTF8.GetBytes(values[(row * rowStep) + (label.Column * columnStep)].ToString(CultureInfo.InvariantCulture)));
            }

            foreach (var column in plan.Kept)
            {
                var value = values[(row * rowStep) + (column * columnStep)];
                if (double.IsFinite(value))
                {
                    collector.Add(value);
                }
                else
                {
                    collector.AddMissing(row + 1L, Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
                }
            }
        }

        return collector.Finish(notices);
    }

    private static (int Size, Element Element) Decoder(string type, string source) => type switch
    {
        "<f4" => (4, bytes => BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        ">f4" => (4, bytes => BinaryPrimitives.ReadSingleBigEndian(bytes)),
        "<f8" => (8, BinaryPrimitives.ReadDoubleLittleEndian),
        ">f8" => (8, BinaryPrimitives.ReadDoubleBigEndian),
        "|i1" or "<i1" or ">i1" => (1, bytes => (sbyte)bytes[0]),
        "|u1" or "<u1" or ">u1" => (1, bytes => bytes[0]),
        "<i2" => (2, bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        ">i2" => (2, bytes => BinaryPrimitives.ReadInt16BigEndian(bytes)),
        "<u2" => (2, bytes => BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        ">u2" => (2, bytes => BinaryPrimitives.ReadUInt16BigEndian(bytes)),
        "<i4" => (4, bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        ">i4" => (4, bytes => BinaryPrimitives.ReadInt32BigEndian(bytes)),
        "<u4" => (4, bytes => BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        ">u4" => (4, bytes => BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        "<i8" => (8, bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        ">i8" => (8, bytes => BinaryPrimitives.ReadInt64BigEndian(bytes)),
        "<u8" => (8, bytes => BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        ">u8" => (8, bytes => BinaryPrimitives.ReadUInt64BigEndian(bytes)),
        "|O" => throw new DataFormatException($"{source}: holds Python objects ('|O'), which are never loaded; convert with array.astype('float64') and save again."),
        _ => throw new DataFormatException($"{source}: holds elements of type '{(type.Length > 20 ? type[..20] : type)}'; readable are f4, f8, i1, i2, i4, i8, u1, u2, u4, u8. Convert with array.astype('float64') and save again."),
    };
}
