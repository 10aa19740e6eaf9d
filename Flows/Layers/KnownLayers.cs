namespace FlowOde.Flows.Layers;

/// <summary>The kinds of time-dependent layers by name. A new kind is one file and one line here.</summary>
public static class KnownLayers
{
    /// <summary>All kinds.</summary>
    public static IReadOnlyList<ITimeDependentLayers> All { get; } =
    [
        new ConcatSquashLayers(),
        new ConcatLayers(),
        new ConcatV2Layers(),
        new SquashLayers(),
        new IgnoreLayers(),
        new BlendLayers(),
        new HyperLayers(),
        new ConcatCoordLayers(),
        new HalfGatedLayers(),
    ];

    /// <summary>The kinds that are for matrices too, not only for convolutions.</summary>
    public static IReadOnlyList<ITimeDependentLayers> OfMatrices { get; } = [.. All.Where(kind => !kind.NeedsImages)];

    /// <summary>The kind of this name.</summary>
    /// <exception cref="ArgumentException">No kind has this name; the message lists those that exist.</exception>
    public static ITimeDependentLayers Named(string name) => All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new ArgumentException($"There is no layer type '{name}'. Known are: {string.Join(", ", All.Select(kind => kind.Name))}.", nameof(name));
}
