using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>φ = a for a &gt; 0, else e^a − 1: φ' = 1 + min(h, 0), φ''/φ' = 1 where h ≤ 0 and 0 elsewhere, so the output h is enough.</summary>
public sealed class EluActivation : Activation
{
    /// <inheritdoc/>
    public override string Name => "elu";

    /// <inheritdoc/>
    public override string Description => "a where a > 0, else e^a - 1";

    /// <inheritdoc/>
    protected override ActivationKeeps Keeps => Function.Keeps;

    private protected override SpanPass Spans { get; } = new SpanPass<Function>();

    /// <inheritdoc/>
    protected override (Tensor Value, Tensor Slope) Express(Tensor inputs, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return (inputs.elu(CachedScalars.One, CachedScalars.One, CachedScalars.One), inputs.clamp_max(CachedScalars.Zero).exp());
    }

    /// <inheritdoc/>
    protected override void Apply(Tensor values, IReadOnlyList<Tensor> parameters, Tensor intoSlope, Tensor? intoCurvature, ActivationScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(intoSlope);
        ArgumentNullException.ThrowIfNull(scratch);
        scratch.Sum.copy_(values).clamp_max_(CachedScalars.Zero).expm1_();
        values.clamp_min_(CachedScalars.Zero).add_(scratch.Sum, CachedScalars.One);
        intoSlope.copy_(scratch.Sum).add_(CachedScalars.One, CachedScalars.One);
    }

    /// <inheritdoc/>
    protected override (Tensor Slope, Tensor Factor) Factors(ActivationTape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        var value = tape.Output.Values;
        tape.Scratch.Slope.copy_(value).clamp_max_(CachedScalars.Zero).add_(CachedScalars.One, CachedScalars.One);
        return (tape.Scratch.Slope, tape.Scratch.Factor.copy_(value).le_(CachedScalars.Zero));
    }

    private readonly struct Function : ISpanFunction
    {
        public static ActivationKeeps Keeps => ActivationKeeps.None;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector<float> a, out Vector<float> value, out Vector<float> slope, out Vector<float> curvature)
        {
            var positive = Vector.GreaterThan(a, Vector<float>.Zero);
            var below = SpanMath.ExpM1OfNegative(Vector.ConditionalSelect(positive, Vector<float>.Zero, a));
            value = Vector.ConditionalSelect(positive, a, below);
            slope = Vector<float>.One + below;
            curvature = default;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Factors(Vector<float> value, Vector<float> keptSlope, Vector<float> keptCurvature, out Vector<float> slope, out Vector<float> factor)
        {
            var positive = Vector.GreaterThan(value, Vector<float>.Zero);
            slope = Vector.ConditionalSelect(positive, Vector<float>.One, Vector<float>.One + value);
            factor = Vector.ConditionalSelect(positive, Vector<float>.Zero, Vector<float>.One);
        }
    }
}
