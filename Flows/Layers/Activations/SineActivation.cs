using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>φ = sin a: φ' = cos a, φ'' = −h.</summary>
public sealed class SineActivation : Activation
{
    /// <inheritdoc/>
    public override string Name => "sine";

    /// <inheritdoc/>
    public override string Description => "sin a";

    /// <inheritdoc/>
    protected override ActivationKeeps Keeps => ActivationKeeps.Slope | ActivationKeeps.Tangents;

    /// <inheritdoc/>
    protected override void Apply(Tensor values, IReadOnlyList<Tensor> parameters, Tensor intoSlope, Tensor? intoCurvature, ActivationScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(intoSlope);
        intoSlope.copy_(values).cos_();
        values.sin_();
    }

    /// <inheritdoc/>
    protected override (Tensor Slope, Tensor Factor) Factors(ActivationTape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return (tape.Slope!, tape.Scratch.Factor.copy_(tape.Output.Values).neg_());
    }
}
