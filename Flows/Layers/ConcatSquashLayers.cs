namespace FlowOde.Flows.Layers;

/// <summary>Layers with a gate and a shift for each output: a = (W h + b) ∘ σ(u t + v) + r t.</summary>
public sealed class ConcatSquashLayers : GatedLayers
{
    /// <inheritdoc/>
    public override string Name => "concatsquash";

    /// <inheritdoc/>
    public override string Description => "(W h + b) σ(u t + v) + r t: a gate and a shift for each output";

    internal override bool HasGate => true;

    internal override bool HasShift => true;
}
