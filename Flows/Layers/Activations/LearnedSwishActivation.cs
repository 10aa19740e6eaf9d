using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>
/// φ = a s with s = σ(βa) and one learned β for all layers: φ' = s + βa s(1 − s), φ'' = β s(1 − s) (2 + βa (1 − 2s)). The
/// cotangent of β is Σ η a² s(1 − s) + Σ η̇ ȧ a s(1 − s) (2 + βa (1 − 2s)).
/// </summary>
/// <remarks>The swish of the FFJORD authors' public code; Ramachandran et al. 2017, §5.</remarks>
public sealed class LearnedSwishActivation : Activation
{
    /// <inheritdoc/>
    public override string Name => "swish-learned";

    /// <inheritdoc/>
    public override string Description => "a σ(βa), with one learned β for all layers";

    /// <inheritdoc/>
    public override IReadOnlyList<Segment> Segments { get; } = [new("activation.beta", 1)];

    /// <inheritdoc/>
    public override double InitialValue => 1;

    /// <inheritdoc/>
    protected override ActivationKeeps Keeps => ActivationKeeps.Slope | ActivationKeeps.Curvature | ActivationKeeps.Tangents | ActivationKeeps.Values;

    /// <inheritdoc/>
    protected override (Tensor Value, Tensor Slope) Express(Tensor inputs, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(parameters);
        var scaled = inputs.mul(parameters[0]);
        var s = scaled.sigmoid();
        var variance = s.addcmul(s, s, CachedScalars.MinusOne);
        return (inputs.mul(s), s.addcmul(scaled, variance, CachedScalars.One));
    }

    /// <inheritdoc/>
    protected override void Apply(Tensor values, IReadOnlyList<Tensor> parameters, Tensor intoSlope, Tensor? intoCurvature, ActivationScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(intoSlope);
        ArgumentNullException.ThrowIfNull(scratch);
        var beta = parameters[0];
        var s = scratch.Sum.copy_(values).mul_(beta).sigmoid_();
        if (intoCurvature is not null)
        {
            Bend(values, s, beta, intoCurvature).mul_(beta);
            intoCurvature.mul_(Variance(s, scratch.Factor));
        }

        intoSlope.copy_(values).mul_(beta).mul_(Variance(s, scratch.Factor)).add_(s, CachedScalars.One);
        values.mul_(s);
    }

    /// <inheritdoc/>
    protected override void PullbackParameters(ActivationTape tape, IReadOnlyList<Tensor> parameters, Dual cotangent, IReadOnlyList<Tensor> intoParameters)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(cotangent);
        ArgumentNullException.ThrowIfNull(intoParameters);
        using var scope = NewDisposeScope();
        var (beta, a) = (parameters[0], tape.Values!);
        var s = tape.Scratch.Sum.copy_(a).mul_(beta).sigmoid_();
        var inner = tape.Scratch.Factor;
        intoParameters[0].add_((cotangent.Values * a).mul_(a).mul_(Variance(s, inner)).sum(), CachedScalars.One);
        if (tape.Tangents is not null)
        {
            var bend = Bend(a, s, beta, tape.Scratch.Slope).mul_(inner).mul_(a);
            intoParameters[0].add_((cotangent.Tangents * tape.Tangents).mul_(bend).sum(), CachedScalars.One);
        }
    }

    /// <summary>2 + βa (1 − 2s).</summary>
    private static Tensor Bend(Tensor a, Tensor s, Tensor beta, Tensor into) =>
        into.copy_(a).addcmul_(a, s, CachedScalars.MinusTwo).mul_(beta).add_(CachedScalars.Two, CachedScalars.One);

    /// <summary>s (1 − s).</summary>
    private static Tensor Variance(Tensor s, Tensor into) => into.copy_(s).addcmul_(s, s, CachedScalars.MinusOne);
}
