using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>φ = a s with s = σ(a), also called SiLU: φ' = s + φ (1 − s), φ'' = s (1 − s) (2 + a (1 − 2s)).</summary>
public sealed class SwishActivation : Activation
{
    /// <inheritdoc/>
    public override string Name => "swish";

    /// <inheritdoc/>
    public override string Description => "a σ(a)";

    /// <inheritdoc/>
    protected override ActivationKeeps Keeps => Function.Keeps;

    private protected override SpanPass Spans { get; } = new SpanPass<Function>();

    /// <inheritdoc/>
    protected override (Tensor Value, Tensor Slope) Express(Tensor inputs, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var s = inputs.sigmoid();
        var value = inputs.mul(s);
        return (value, s.addcmul(value, s, CachedScalars.MinusOne).add(value, CachedScalars.One));
    }

    /// <inheritdoc/>
    protected override void Apply(Tensor values, IReadOnlyList<Tensor> parameters, Tensor intoSlope, Tensor? intoCurvature, ActivationScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(intoSlope);
        ArgumentNullException.ThrowIfNull(scratch);
        var s = scratch.Sum.copy_(values).sigmoid_();
        if (intoCurvature is not null)
        {
            // 2 + a − 2as, then times s − s².
            intoCurvature.copy_(values).addcmul_(values, s, CachedScalars.MinusTwo).add_(CachedScalars.Two, CachedScalars.One);
            intoCurvature.mul_(scratch.Factor.copy_(s).addcmul_(s, s, CachedScalars.MinusOne));
        }

        values.mul_(s);
        intoSlope.copy_(values).addcmul_(values, s, CachedScalars.MinusOne).add_(s, CachedScalars.One);
    }

    private readonly struct Function : ISpanFunction
    {
        public static ActivationKeeps Keeps => ActivationKeeps.Slope | ActivationKeeps.Curvature | ActivationKeeps.Tangents;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector<float> a, out Vector<float> value, out Vector<float> slope, out Vector<float> curvature)
        {
            var s = SpanMath.Sigmoid(a, out _);
            var rest = Vector<float>.One - s;
            value = a * s;
            slope = Vector.MultiplyAddEstimate(value, rest, s);
            curvature = s * rest * (new Vector<float>(2f) + (a * (rest - s)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Factors(Vector<float> value, Vector<float> keptSlope, Vector<float> keptCurvature, out Vector<float> slope, out Vector<float> factor) =>
            (slope, factor) = (keptSlope, keptCurvature);
    }
}
