using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>φ = log(1 + e^a): φ' = σ(a), φ''/φ' = 1 − σ(a). Computed as max(a, 0) + log(1 + e^−|a|), without a threshold.</summary>
public sealed class SoftplusActivation : Activation
{
    /// <inheritdoc/>
    public override string Name => "softplus";

    /// <inheritdoc/>
    public override string Description => "log(1 + e^a)";

    /// <inheritdoc/>
    protected override ActivationKeeps Keeps => Function.Keeps;

    private protected override SpanPass Spans { get; } = new SpanPass<Function>();

    /// <inheritdoc/>
    protected override (Tensor Value, Tensor Slope) Express(Tensor inputs, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return (nn.functional.logsigmoid(inputs.neg()).neg(), inputs.sigmoid());
    }

    /// <inheritdoc/>
    protected override void Apply(Tensor values, IReadOnlyList<Tensor> parameters, Tensor intoSlope, Tensor? intoCurvature, ActivationScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(intoSlope);
        ArgumentNullException.ThrowIfNull(scratch);
        intoSlope.copy_(values).sigmoid_();
        scratch.Sum.copy_(values).abs_().neg_().exp_().log1p_();
        values.clamp_min_(CachedScalars.Zero).add_(scratch.Sum, CachedScalars.One);
    }

    /// <inheritdoc/>
    protected override (Tensor Slope, Tensor Factor) Factors(ActivationTape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return (tape.Slope!, tape.Scratch.Factor.fill_(CachedScalars.One).add_(tape.Slope!, CachedScalars.MinusOne));
    }

    private readonly struct Function : ISpanFunction
    {
        public static ActivationKeeps Keeps => ActivationKeeps.Slope;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector<float> a, out Vector<float> value, out Vector<float> slope, out Vector<float> curvature)
        {
            slope = SpanMath.Sigmoid(a, out var decay);
            value = Vector.ConditionalSelect(Vector.LessThan(a, Vector<float>.Zero), Vector<float>.Zero, a) + SpanMath.Log1P(decay);
            curvature = default;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Factors(Vector<float> value, Vector<float> keptSlope, Vector<float> keptCurvature, out Vector<float> slope, out Vector<float> factor)
        {
            slope = keptSlope;
            factor = Vector<float>.One - keptSlope;
        }
    }
}
