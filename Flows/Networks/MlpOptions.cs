using FlowOde.Flows.Layers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Networks;

/// <summary>The shape of a multilayer perceptron.</summary>
public sealed record MlpOptions : NetworkOptions
{
    /// <summary>Number D of inputs and outputs, at least 1.</summary>
    public required long Dimension
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Dimension)} is the number of columns of the data, at least 1.");
    }

    /// <summary>D, hidden widths, D.</summary>
    public override LayerSizes Sizes => new([Dimension, .. Hidden, Dimension]) { OutputsPerUnit = LayerType.OutputsPerUnit };

    /// <inheritdoc/>
    public override INetwork CreateNetwork(FlatVector parameters) => new MlpNetwork(this, parameters);

    private protected override long LengthOf(int layer) => Sizes.Widths[layer];
}
