using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace FlowOde.Flows.Storage;

/// <summary>Reads the safetensors format. Runs no code from the file, and checks every length against the file's before it allocates.</summary>
public static class SafetensorsReader
{
    /// <summary>Reads a file that reaches from the stream's position to its end, and leaves the stream open.</summary>
    /// <param name="stream">A readable, seekable stream.</param>
    /// <returns>The tensors on the CPU; owned by the caller, as are they by it.</returns>
    /// <exception cref="ArgumentException">The stream cannot be read or has no length.</exception>
    /// <exception cref="CheckpointFormatException">The file is truncated, altered, malformed or of a newer version.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
        {
            throw new ArgumentException("The stream must be readable and seekable, so that lengths can be checked; copy it to memory first.", nameof(stream));
        }

        try
        {
            var header = ReadHeader(stream);
            var version = ReadVersion(header.Metadata);
            using var scope = NewDisposeScope();
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var tensors = header.Entries.Select(entry => (entry.Name, Values: ReadTensor(stream, entry, digest))).ToArray();
            var verified = Verify(header.Metadata, Convert.ToHexStringLower(digest.GetHashAndReset()));
            foreach (var (_, values) in tensors)
            {
                values.DetachFromDisposeScope();
            }

            return new SafetensorsFile(tensors, header.Metadata, version, verified);
        }
        catch (EndOfStreamException fault)
        {
            throw new CheckpointFormatException("The file became shorter while it was read. Read it when nothing writes to it.", fault);
        }
    }

    private static SafetensorsHeader ReadHeader(Stream stream)
    {
        var total = stream.Length - stream.Position;
        if (total < SafetensorsHeader.PrefixBytes)
        {
            throw new CheckpointFormatException($"The file is truncated: it has {total} bytes, and its header's length alone takes {SafetensorsHeader.PrefixBytes}.");
        }

        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is < 2 or > SafetensorsHeader.MaxJsonBytes)
        {
            throw new CheckpointFormatException($"The header claims {length} bytes; expected 2 to {SafetensorsHeader.MaxJsonBytes}. This is no safetensors file, or its start is damaged.");
        }

        var dataBytes = total - SafetensorsHeader.PrefixBytes - (long)length;
        if (dataBytes < 0)
        {
            throw new CheckpointFormatException($"The file is truncated: its header needs {length} bytes, and {total - SafetensorsHeader.PrefixBytes} follow. Copy or make it again.");
        }

        var json = new byte[(int)length];
        stream.ReadExactly(json);
        if (json[0] != '{')
        {
            throw new CheckpointFormatException($"The header begins with byte 0x{json[0]:x2}; expected '{{'. This is no safetensors file.");
        }

        return SafetensorsHeader.Parse(json, dataBytes);
    }

    private static int? ReadVersion(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(SafetensorsHeader.FormatVersionKey, out var text))
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
        {
            throw new CheckpointFormatException($"The {SafetensorsHeader.FormatVersionKey} is '{text}'; expected a whole number from 1.");
        }

        return version <= SafetensorsFile.KnownFormatVersion
            ? version
            : throw new CheckpointFormatException($"The file has format version {version}; this program knows up to {SafetensorsFile.KnownFormatVersion}. Please update FlowOde.");
    }

    private static Tensor ReadTensor(Stream stream, SafetensorsEntry entry, IncrementalHash digest)
    {
        var values = empty(entry.Shape, dtype: entry.Dtype);
        TensorBytes.Visit(values, piece =>
        {
            stream.ReadExactly(piece);
            digest.AppendData(piece);
            if (entry.Dtype == ScalarType.Bool && piece.IndexOfAnyExceptInRange((byte)0, (byte)1) is var at and >= 0)
            {
                var found = piece[at];
                piece.Clear();
                throw new CheckpointFormatException($"Tensor '{entry.Name}' holds the byte {found} where a truth value is 0 or 1: the file was altered.");
            }
        });
        return values;
    }

    private static bool Verify(IReadOnlyDictionary<string, string> metadata, string found)
    {
        if (!metadata.TryGetValue(SafetensorsHeader.DigestKey, out var expected))
        {
            return false;
        }

        return expected == found
            ? true
            : throw new CheckpointFormatException($"The data was altered: its SHA-256 is {found}, and the header says {expected}. Copy or make the file again.");
    }
}
