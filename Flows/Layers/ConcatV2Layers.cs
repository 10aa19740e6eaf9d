namespace FlowOde.Flows.Layers;

/// <summary>Layers with a shift proportional to time: a = W h + b + r t. As <see cref="ConcatLayers"/>, but the shift starts as a layer of time alone.</summary>
public sealed class ConcatV2Layers : GatedLayers
{
    /// <inheritdoc/>
    public override string Name => "concat_v2";

    /// <inheritdoc/>
    public override string Description => "W h + b + r t: a shift proportional to time";

    internal override bool HasGate => false;

    internal override bool HasShift => true;
}
