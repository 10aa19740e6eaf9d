using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;

namespace FlowOde.Flows.Composition;

/// <summary>A chain of convolutions of images (<see cref="ConvNetwork"/>).</summary>
public sealed class ConvKind : INetworkKind
{
    /// <inheritdoc/>
    public string Name => "conv";

    /// <inheritdoc/>
    public string Description => "convolutions of an image, with strides where given";

    /// <inheritdoc/>
    public INetworkOptions Options(FlowOptions options, ImageShape? image)
    {
        ArgumentNullException.ThrowIfNull(options);
        var shape = new ConvOptions
        {
            Image = NetworkKinds.RequireImage(Name, image),
            KernelSize = options.KernelSize,
            Strides = options.Strides,
            Hidden = [.. options.Hidden.Select(width => (long)width)],
            LayerType = KnownLayers.Named(options.Layer),
            Activation = KnownActivations.Named(options.Activation),
            LastLayerScale = options.LastLayerScale,
            ContextDimension = options.ContextDimension,
            BottleneckLayer = options.BottleneckLayer,
        };
        _ = shape.DirectionDimension; // says where strides or the bottleneck do not fit
        return shape;
    }
}
