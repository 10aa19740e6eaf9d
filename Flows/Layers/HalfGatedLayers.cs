namespace FlowOde.Flows.Layers;

/// <summary>Layers of which one half gates the other: a = f ∘ σ(g) with [f; g] = W h + b + r t. Not affine in h, which networks see to.</summary>
/// <remarks>
/// The gated convolutions of the FFJORD authors' code (after van den Oord et al. 2016, 1606.05328, and Dauphin et al. 2017, 1612.08083) do not see time; at r = 0 these are those.
/// </remarks>
public sealed class HalfGatedLayers : GatedLayers
{
    /// <inheritdoc/>
    public override string Name => "gated";

    /// <inheritdoc/>
    public override string Description => "f σ(g) with [f; g] = W h + b + r t: a second half of outputs gates the first";

    /// <inheritdoc/>
    public override int OutputsPerUnit => 2;

    internal override bool HasGate => false;

    internal override bool HasShift => true;
}
