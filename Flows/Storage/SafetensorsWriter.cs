using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using static TorchSharp.torch;

namespace FlowOde.Flows.Storage;

/// <summary>Writes tensors and strings in the safetensors format, which Python reads too.</summary>
/// <remarks>
/// The same tensors and metadata give the same bytes. Tensors lie by descending element size, otherwise in the order given, and the header
/// ends in spaces up to a multiple of eight bytes: so each tensor is aligned to its elements. Beside the caller's metadata stand
/// <c>format_version</c> and <c>sha256</c>, the lower-case hexadecimal digest of the data section.
/// </remarks>
public static class SafetensorsWriter
{
    /// <summary>Writes a file at the stream's position and leaves the stream open.</summary>
    /// <param name="stream">A writable stream.</param>
    /// <param name="tensors">Distinct names with tensors of any shape and device, of a type the format knows; not changed or disposed.</param>
    /// <param name="metadata">Strings to store; <c>format_version</c> and <c>sha256</c> are the writer's own.</param>
    /// <exception cref="ArgumentException">A name is repeated or reserved, an element type is unknown, or the header exceeds 100 MB.</exception>
    public static void Write(Stream stream, IReadOnlyList<(string Name, Tensor Values)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(metadata);
        Check(tensors, metadata);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var ordered = tensors
            .OrderByDescending(t => SafetensorsDtype.BytesOf(t.Values.dtype))
            .Select(t => (t.Name, Values: t.Values.detach().cpu().contiguous()))
            .ToArray();

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, values) in ordered)
        {
            TensorBytes.Visit(values, piece => digest.AppendData(piece));
        }

        var json = Header(ordered, metadata, Convert.ToHexStringLower(digest.GetHashAndReset()));
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length);
        stream.Write(prefix);
        stream.Write(json);
        foreach (var (_, values) in ordered)
        {
            TensorBytes.Visit(values, piece => stream.Write(piece));
        }
    }

    private static byte[] Header((string Name, Tensor Values)[] tensors, IReadOnlyDictionary<string, string> metadata, string digest)
    {
        var strings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SafetensorsHeader.FormatVersionKey] = $"{SafetensorsFile.KnownFormatVersion}",
            [SafetensorsHeader.DigestKey] = digest,
        };
        foreach (var (key, value) in metadata)
        {
            strings.Add(key, value);
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(SafetensorsHeader.MetadataKey);
            foreach (var (key, value) in strings)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
            var begin = 0L;
            foreach (var (name, values) in tensors)
            {
                var end = begin + (values.NumberOfElements * SafetensorsDtype.BytesOf(values.dtype));
                writer.WriteStartObject(name);
                writer.WriteString("dtype", SafetensorsDtype.NameOf(values.dtype));
                WriteCounts(writer, "shape", values.shape);
                WriteCounts(writer, "data_offsets", [begin, end]);
                writer.WriteEndObject();
                begin = end;
            }

            writer.WriteEndObject();
        }

        buffer.Write("       "u8[..(-buffer.WrittenCount & 7)]);
        if (buffer.WrittenCount > SafetensorsHeader.MaxJsonBytes)
        {
            throw new ArgumentException($"The header would have {buffer.WrittenCount} bytes; readers accept {SafetensorsHeader.MaxJsonBytes}. Store long text elsewhere.", nameof(metadata));
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteCounts(Utf8JsonWriter writer, string key, long[] counts)
    {
        writer.WriteStartArray(key);
        foreach (var count in counts)
        {
            writer.WriteNumberValue(count);
        }

        writer.WriteEndArray();
    }

    private static void Check(IReadOnlyList<(string Name, Tensor Values)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        foreach (var (name, values) in tensors)
        {
            if (name is null || !names.Add(name))
            {
                throw new ArgumentException($"Tensor name '{name}' is missing, repeated or reserved; give each tensor a name of its own.", nameof(tensors));
            }

            if (values is null || !SafetensorsDtype.IsKnown(values.dtype))
            {
                throw new ArgumentException($"Tensor '{name}' has elements of type {values?.dtype.ToString() ?? "null"}; known are {SafetensorsDtype.Known}.", nameof(tensors));
            }
        }

        foreach (var reserved in new[] { SafetensorsHeader.FormatVersionKey, SafetensorsHeader.DigestKey })
        {
            if (metadata.ContainsKey(reserved))
            {
                throw new ArgumentException($"Metadata key '{reserved}' is written by the writer itself; leave it out.", nameof(metadata));
            }
        }
    }
}
