namespace FlowOde.Flows.Classification.Blocks;

/// <summary>The kinds of fields by name. A new kind is one file and one line here.</summary>
public static class KnownBlocks
{
    /// <summary>All kinds.</summary>
    public static IReadOnlyList<BlockKind> All { get; } = [new ConvBlockKind(), new MlpBlockKind()];

    /// <summary>The kind of this name.</summary>
    /// <exception cref="ArgumentException">No kind has this name; the message lists those that exist.</exception>
    public static BlockKind Named(string name) => All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new ArgumentException($"There is no kind of field '{name}'. Known are: {string.Join(", ", All.Select(kind => kind.Name))}.", nameof(name));
}
