using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;

namespace FlowOde.Flows.Composition;

/// <summary>A multilayer perceptron on whole rows (<see cref="MlpNetwork"/>).</summary>
public sealed class MlpKind : INetworkKind
{
    /// <inheritdoc/>
    public string Name => "mlp";

    /// <inheritdoc/>
    public string Description => "multilayer perceptron: every number of a row with every other";

    /// <inheritdoc/>
    public INetworkOptions Options(FlowOptions options, ImageShape? image)
    {
        ArgumentNullException.ThrowIfNull(options);
        NetworkKinds.RefuseStrides(Name, options);
        var shape = new MlpOptions
        {
            Dimension = image?.Length ?? options.Dimension,
            Hidden = [.. options.Hidden.Select(width => (long)width)],
            LayerType = KnownLayers.Named(options.Layer),
            Activation = KnownActivations.Named(options.Activation),
            LastLayerScale = options.LastLayerScale,
            ContextDimension = options.ContextDimension,
            BottleneckLayer = options.BottleneckLayer,
        };
        _ = shape.DirectionDimension; // says where the bottleneck does not fit
        return shape;
    }
}
