namespace FlowOde.Flows.Layers;

/// <summary>Layers with a gate for each output: a = (W h + b) ∘ σ(u t + v).</summary>
public sealed class SquashLayers : GatedLayers
{
    /// <inheritdoc/>
    public override string Name => "squash";

    /// <inheritdoc/>
    public override string Description => "(W h + b) σ(u t + v): a gate for each output";

    internal override bool HasGate => true;

    internal override bool HasShift => false;
}
