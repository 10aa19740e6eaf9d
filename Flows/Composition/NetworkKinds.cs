using FlowOde.Flows.Networks;

namespace FlowOde.Flows.Composition;

/// <summary>The kinds of networks by name. A new kind is one file and one line here.</summary>
public static class NetworkKinds
{
    /// <summary>All kinds.</summary>
    public static IReadOnlyList<INetworkKind> All { get; } = [new MlpKind(), new ConvKind(), new UNetKind()];

    /// <summary>The kind of this name.</summary>
    /// <exception cref="ArgumentException">No kind has this name; the message lists those that exist.</exception>
    public static INetworkKind Named(string name) => All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new ArgumentException($"There is no kind of network '{name}'. Known are: {string.Join(", ", All.Select(kind => kind.Name))}.", nameof(name));

    /// <summary>The kind that a model's options name, or imply: convolutions for images, otherwise a perceptron.</summary>
    /// <exception cref="ArgumentException">No kind has this name.</exception>
    public static INetworkKind Of(FlowOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Named(options.Network ?? (options.Image is null ? "mlp" : "conv"));
    }

    internal static ImageShape RequireImage(string name, ImageShape? image) => image
        ?? throw new ArgumentException($"A network of kind '{name}' needs to know how a row is an image: give {nameof(FlowOptions.Image)}, or use 'mlp'.", nameof(image));

    internal static void RefuseStrides(string name, FlowOptions options)
    {
        if (options.Strides.Count > 0)
        {
            throw new ArgumentException($"Strides [{string.Join(", ", options.Strides)}] are of networks of kind 'conv', which needs to know how a row is an image; this one is of kind '{name}'. Leave them out, or give {nameof(FlowOptions.Image)} and that kind.", nameof(options));
        }
    }
}
