using System.Buffers.Binary;
using System.Text;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Readers;

/// <summary>The header of a NumPy array file: type, order and shape.</summary>
/// <remarks>NumPy enhancement proposal 1 and numpy.lib.format, versions 1 to 3. The header is a Python dictionary; it is taken apart by hand, nothing is evaluated.</remarks>
internal sealed record NpyHeader(string ElementType, bool FortranOrder, IReadOnlyList<long> Shape)
{
    private const int LongestHeader = 1 << 16;
    private const int MostDimensions = 4;
    private const string Expected = "expected a NumPy .npy file as numpy.save writes it";

    private static ReadOnlySpan<byte> Mark => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header and leaves the stream at the first number.</summary>
    internal static NpyHeader Read(Stream stream, string source)
    {
        Span<byte> preamble = stackalloc byte[8];
        var read = stream.ReadAtLeast(preamble, 8, throwOnEndOfStream: false);
        if (read == 0)
        {
            throw new DataFormatException($"{source}: the file is empty; {Expected}.");
        }

        if (read < 8 || !preamble[..6].SequenceEqual(Mark))
        {
            throw new DataFormatException($"{source}: does not start with the NumPy mark; {Expected}.");
        }

        if (preamble[6] is < 1 or > 3)
        {
            throw new DataFormatException($"{source}: has .npy version {preamble[6]}.{preamble[7]}; versions 1 to 3 are known.");
        }

        Span<byte> size = stackalloc byte[4];
        size = preamble[6] == 1 ? size[..2] : size;
        ReadFully(stream, size, source);
        var length = size.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (length > LongestHeader)
        {
            throw new DataFormatException($"{source}: states a header of {length} bytes; at most {LongestHeader} are accepted.");
        }

        var header = new byte[length];
        ReadFully(stream, header, source);
        return Parse(Encoding.UTF8.GetString(header), source);
    }

    private static NpyHeader Parse(string text, string source)
    {
        var type = ValueOf(text, "descr", source);
        if (type is not [('\'' or '"'), .., ('\'' or '"')])
        {
            throw new DataFormatException($"{source}: holds a structured array ({Shorten(type)}); save one plain array of numbers.");
        }

        var order = ValueOf(text, "fortran_order", source);
        if (order is not ("True" or "False"))
        {
            throw new DataFormatException($"{source}: fortran_order is {Shorten(order)}, expected True or False.");
        }

        var shape = ValueOf(text, "shape", source);
        var sizes = shape.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (sizes.Length is < 1 or > MostDimensions)
        {
            throw new DataFormatException($"{source}: the array has shape {Shorten(shape)}; expected (rows, columns) or (rows,), or for images (images, channels, height, width).");
        }

        var numbers = new long[sizes.Length];
        for (var i = 0; i < sizes.Length; i++)
        {
            if (!sizes[i].All(char.IsAsciiDigit) || !long.TryParse(sizes[i], out numbers[i]) || numbers[i] < 1)
            {
                throw new DataFormatException($"{source}: the array has shape {Shorten(shape)}; expected at least one row and one column.");
            }
        }

        return new(type[1..^1], order == "True", numbers);
    }

    /// <summary>The text of one value of the dictionary: up to the comma that ends it, outside quotes and brackets.</summary>
    private static string ValueOf(string text, string key, string source)
    {
        var at = Math.Max(text.IndexOf($"'{key}'", StringComparison.Ordinal), text.IndexOf($"\"{key}\"", StringComparison.Ordinal));
        var start = at < 0 ? -1 : text.IndexOf(':', at + key.Length + 2) + 1;
        if (start < 1)
        {
            throw new DataFormatException($"{source}: the header does not state '{key}'; {Expected}.");
        }

        var depth = 0;
        var quote = '\0';
        var end = start;
        for (; end < text.Length; end++)
        {
            var letter = text[end];
            if (quote != '\0')
            {
                quote = letter == quote ? '\0' : quote;
            }
            else if (letter is '\'' or '"')
            {
                quote = letter;
            }
            else if (letter is '(' or '[')
            {
                depth++;
            }
            else if (letter is ')' or ']')
            {
                depth--;
            }
            else if (depth == 0 && letter is (',' or '}'))
            {
                break;
            }
        }

        return text[start..end].Trim();
    }

    private static string Shorten(string text) => text.Length > 60 ? $"{text[..60]}…" : text;

    private static void ReadFully(Stream stream, Span<byte> into, string source)
    {
        if (stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) < into.Length)
        {
            throw new DataFormatException($"{source}: ends within its header; copy it again.");
        }
    }
}
