namespace FlowOde.Flows.Layers;

/// <summary>
/// Convolutions with three more input channels: a = W [t; i; j; h] + b with the time and the row and column of each pixel, counted from 0. The kernels of these
/// are kept apart as the shift r, [out, 3·area]. Only for images.
/// </summary>
public sealed class ConcatCoordLayers : GatedLayers
{
    /// <inheritdoc/>
    public override string Name => "concatcoord";

    /// <inheritdoc/>
    public override string Description => "W [t; row; column; h] + b: time and coordinates as more inputs, for images";

    /// <inheritdoc/>
    public override bool NeedsImages => true;

    internal override bool HasGate => false;

    internal override bool HasShift => true;

    private protected override int FurtherInputs => 3;
}
