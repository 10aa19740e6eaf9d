namespace FlowOde.Flows.Layers;

/// <summary>
/// Layers whose weights and biases a network of time puts out: of matrices one with 8 hidden units tanh(u t + v), of convolutions an affine function of time.
/// They start, as those of the FFJORD authors do, with weights of that network at 0 and its biases from N(0, 0.01²), so that time does not matter at first.
/// </summary>
/// <remarks>Nine times the parameters of a plain layer for matrices, twice for convolutions; per layer a product of that size at each time, not at each row.</remarks>
public sealed class HyperLayers : MixtureLayers
{
    private const int Units = 8;
    private const double Deviation = 0.01;

    /// <inheritdoc/>
    public override string Name => "hyper";

    /// <inheritdoc/>
    public override string Description => "W(t) h + b(t): weights and biases put out by a small network of time";

    internal override int BasisCount(LayerSizes sizes) => HasUnits(sizes) ? Units : 1;

    internal override bool HasUnits(LayerSizes sizes) => !sizes.AreConvolutions;

    private protected override LayerParameter Start(string kind, long inputs, LayerParameter parameter) =>
        kind is "weight" or "bias" or "unitOffset" ? parameter with { InitialScale = Deviation, Law = InitialLaw.Normal } : parameter;
}
