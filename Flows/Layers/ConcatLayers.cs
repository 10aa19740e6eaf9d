namespace FlowOde.Flows.Layers;

/// <summary>Layers with time as one more input: a = W [t; h] + b, its column of the weight (of a convolution: the kernels of its channel) kept apart as the shift r.</summary>
public sealed class ConcatLayers : GatedLayers
{
    /// <inheritdoc/>
    public override string Name => "concat";

    /// <inheritdoc/>
    public override string Description => "W [t; h] + b: time as one more input";

    internal override bool HasGate => false;

    internal override bool HasShift => true;

    private protected override int FurtherInputs => 1;
}
