using System.Collections.ObjectModel;
using static TorchSharp.torch;

namespace FlowOde.Flows.Storage;

/// <summary>The contents of a safetensors file. Owns its tensors: they live until it is disposed.</summary>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>The newest format version that this program writes and reads.</summary>
    public const int KnownFormatVersion = 1;

    private const int NamesInMessages = 20;

    private readonly Dictionary<string, Tensor> _tensors;

    internal SafetensorsFile(
        IReadOnlyList<(string Name, Tensor Values)> tensors, IReadOnlyDictionary<string, string> metadata, int? formatVersion, bool verified)
    {
        Names = [.. tensors.Select(t => t.Name)];
        Metadata = new ReadOnlyDictionary<string, string>(metadata
            .Where(pair => pair.Key is not (SafetensorsHeader.FormatVersionKey or SafetensorsHeader.DigestKey))
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal));
        FormatVersion = formatVersion;
        Verified = verified;
        _tensors = tensors.ToDictionary(t => t.Name, t => t.Values, StringComparer.Ordinal);
    }

    /// <summary>The strings beside the tensors, without the format's version and digest.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The names of the tensors in the order of their bytes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The tensors by their names; still owned by this file.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>The version the file states; null for a file of another program that states none.</summary>
    public int? FormatVersion { get; }

    /// <summary>Whether the file held a digest of its data, which agreed; false where it held none.</summary>
    public bool Verified { get; }

    /// <summary>A tensor by its name; still owned by this file.</summary>
    /// <exception cref="CheckpointFormatException">There is none of that name.</exception>
    public Tensor this[string name] =>
        TryGet(name) ?? throw new CheckpointFormatException($"Tensor '{name}' is missing from the file; it has {NamesForMessage()}.");

    /// <summary>A tensor by its name, still owned by this file, or null.</summary>
    public Tensor? TryGet(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>A tensor by its name, with its shape and element type checked; still owned by this file.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="shape">Expected lengths.</param>
    /// <param name="dtype">Expected element type.</param>
    /// <exception cref="CheckpointFormatException">It is missing, or has another shape or type.</exception>
    public Tensor Require(string name, ReadOnlySpan<long> shape, ScalarType dtype)
    {
        var values = this[name];
        var found = values.shape;
        return values.dtype == dtype && shape.SequenceEqual(found)
            ? values
            : throw new CheckpointFormatException(
                $"Tensor '{name}' is {SafetensorsDtype.NameOf(values.dtype)} [{string.Join(", ", found)}]; " +
                $"expected {SafetensorsDtype.NameOf(dtype)} [{string.Join(", ", shape.ToArray())}]. The file belongs to another configuration.");
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var values in _tensors.Values)
        {
            values.Dispose();
        }
    }

    private string NamesForMessage() => Names.Count switch
    {
        0 => "no tensors",
        <= NamesInMessages => string.Join(", ", Names),
        _ => $"{string.Join(", ", Names.Take(NamesInMessages))} and {Names.Count - NamesInMessages} more",
    };
}
