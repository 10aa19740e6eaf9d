using System.Text.Json;

namespace FlowOde.Flows.Storage;

/// <summary>The parsed and checked JSON header of a safetensors file: nothing in it points outside the file.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes before the JSON: its length, 64 bits, little-endian.</summary>
    public const int PrefixBytes = 8;

    /// <summary>The longest JSON that readers of this format accept.</summary>
    public const long MaxJsonBytes = 100_000_000;

    public const string MetadataKey = "__metadata__";
    public const string FormatVersionKey = "format_version";
    public const string DigestKey = "sha256";

    private SafetensorsHeader(IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The tensors in the order of their bytes, without holes or overlaps.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Parses the header of a file whose data section has <paramref name="dataBytes"/> bytes.</summary>
    /// <exception cref="CheckpointFormatException">The header is not well-formed or does not fit the data section.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long dataBytes)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Require(document.RootElement.ValueKind == JsonValueKind.Object, "The header is not a JSON object.");
            var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
            var entries = new List<SafetensorsEntry>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.NameEquals(MetadataKey))
                {
                    ReadMetadata(property.Value, metadata);
                }
                else
                {
                    entries.Add(ReadEntry(property.Name, property.Value));
                }
            }

            entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
            CheckExtents(entries, dataBytes);
            return new SafetensorsHeader(entries, metadata);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Strings that are no valid Unicode surface as InvalidOperationException when they are read.
            throw new CheckpointFormatException($"The header is not well-formed JSON: {fault.Message}", fault);
        }
    }

    private static void ReadMetadata(JsonElement value, SortedDictionary<string, string> metadata)
    {
        Require(value.ValueKind == JsonValueKind.Object, $"{MetadataKey} is not a JSON object of strings.");
        foreach (var property in value.EnumerateObject())
        {
            Require(property.Value.ValueKind == JsonValueKind.String, $"{MetadataKey} value '{property.Name}' is {property.Value.ValueKind}; expected a string.");
            metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement value)
    {
        Require(value.ValueKind == JsonValueKind.Object, $"The header's entry '{name}' is not a JSON object.");
        Require(
            value.TryGetProperty("dtype", out var type) && type.ValueKind == JsonValueKind.String,
            $"Tensor '{name}' has no 'dtype' string.");
        Require(
            SafetensorsDtype.TryParse(type.GetString()!, out var dtype),
            $"Tensor '{name}' has elements of type '{type.GetString()}'; known are {SafetensorsDtype.Known}.");
        var shape = ReadCounts(name, value, "shape");
        Require(shape.Length <= SafetensorsEntry.MaxDimensions, $"Tensor '{name}' has {shape.Length} dimensions; at most {SafetensorsEntry.MaxDimensions} are known.");
        var offsets = ReadCounts(name, value, "data_offsets");
        Require(offsets.Length == 2, $"Tensor '{name}' has {offsets.Length} data_offsets; expected a begin and an end.");
        var extent = offsets[1] - offsets[0];
        var needed = SafetensorsEntry.ByteCount(shape, dtype);
        Require(
            needed == extent,
            $"Tensor '{name}' of shape [{string.Join(", ", shape)}] and type {type.GetString()} needs {(needed is { } n ? $"{n}" : "too many")} bytes, but its extent has {extent}.");
        return new SafetensorsEntry(name, dtype, shape, offsets[0], offsets[1]);
    }

    private static long[] ReadCounts(string name, JsonElement entry, string key)
    {
        Require(
            entry.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array,
            $"Tensor '{name}' has no '{key}' list.");
        var counts = new long[list.GetArrayLength()];
        var at = 0;
        foreach (var item in list.EnumerateArray())
        {
            Require(
                item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out counts[at]) && counts[at] >= 0,
                $"Tensor '{name}' has {item.GetRawText()} in its '{key}'; expected a whole number from 0.");
            at++;
        }

        return counts;
    }

    private static void CheckExtents(List<SafetensorsEntry> entries, long dataBytes)
    {
        var end = 0L;
        foreach (var entry in entries)
        {
            Require(
                entry.Begin == end,
                $"Tensor '{entry.Name}' begins at byte {entry.Begin} of the data, but the one before it ends at {end}: {(entry.Begin < end ? "they overlap" : "there is a hole")}.");
            end = entry.End;
        }

        Require(end <= dataBytes, $"The file is truncated: its tensors need {end} bytes of data, and it has {dataBytes}. Copy or make it again.");
        Require(end == dataBytes, $"The file is too long: {dataBytes - end} bytes follow its last tensor, which ends at byte {end} of the data.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new CheckpointFormatException(message);
        }
    }
}
