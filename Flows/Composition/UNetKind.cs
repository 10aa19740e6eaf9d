using System.Numerics;
using FlowOde.Flows.Networks;

namespace FlowOde.Flows.Composition;

/// <summary>A U-Net of images (<see cref="UNetNetwork"/>): one level for each of the model's widths, the image of each half as large as that before.</summary>
public sealed class UNetKind : INetworkKind
{
    private const int MostGroups = 8;

    /// <inheritdoc/>
    public string Name => "unet";

    /// <inheritdoc/>
    public string Description => "U-Net: residual convolutions of an image at several sizes, with attention where asked for";

    /// <inheritdoc/>
    /// <remarks>Channels are normalised in 8 groups, or as many fewer as divide all widths.</remarks>
    public INetworkOptions Options(FlowOptions options, ImageShape? image)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Hidden.Count == 0)
        {
            throw new ArgumentException($"A U-Net has a level for each width of {nameof(FlowOptions.Hidden)}, and there is none; give one, such as 32, 64, 64.", nameof(options));
        }

        NetworkKinds.RefuseStrides(Name, options);
        if (options.BottleneckLayer != 0)
        {
            throw new ArgumentException($"A U-Net passes its levels by, so that none is a bottleneck; set {nameof(FlowOptions.BottleneckLayer)} to 0, or use a network of kind 'conv'.", nameof(options));
        }

        var shape = new UNetOptions
        {
            Image = NetworkKinds.RequireImage(Name, image),
            Channels = [.. options.Hidden.Select(width => (long)width)],
            ResidualBlocks = options.ResidualBlocks,
            AttentionLevels = options.AttentionLevels,
            Heads = options.AttentionHeads,
            Groups = options.Hidden.Aggregate(MostGroups, (groups, width) => (int)BigInteger.GreatestCommonDivisor(groups, width)),
            LastLayerScale = options.LastLayerScale,
            ContextDimension = options.ContextDimension,
        };
        _ = shape.ParameterLayout; // says what does not fit
        return shape;
    }
}
