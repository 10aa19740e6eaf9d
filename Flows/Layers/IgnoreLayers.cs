namespace FlowOde.Flows.Layers;

/// <summary>Layers that do not see time: a = W h + b.</summary>
public sealed class IgnoreLayers : GatedLayers
{
    /// <inheritdoc/>
    public override string Name => "ignore";

    /// <inheritdoc/>
    public override string Description => "W h + b: time is ignored";

    internal override bool HasGate => false;

    internal override bool HasShift => false;
}
