using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>φ = tanh: φ' = 1 − h², φ''/φ' = −2h, so that the output h is all there is to keep.</summary>
public sealed class TanhActivation : Activation
{
    /// <inheritdoc/>
    public override string Name => "tanh";

    /// <inheritdoc/>
    public override string Description => "tanh a";

    /// <inheritdoc/>
    protected override ActivationKeeps Keeps => Function.Keeps;

    private protected override SpanPass Spans { get; } = new SpanPass<Function>();

    /// <inheritdoc/>
    protected override (Tensor Value, Tensor Slope) Express(Tensor inputs, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var value = inputs.tanh();
        return (value, value.mul(value).neg().add(CachedScalars.One, CachedScalars.One));
    }

    /// <inheritdoc/>
    protected override void Apply(Tensor values, IReadOnlyList<Tensor> parameters, Tensor intoSlope, Tensor? intoCurvature, ActivationScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(intoSlope);
        intoSlope.fill_(CachedScalars.One).addcmul_(values.tanh_(), values, CachedScalars.MinusOne);
    }

    /// <inheritdoc/>
    protected override (Tensor Slope, Tensor Factor) Factors(ActivationTape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        var value = tape.Output.Values;
        tape.Scratch.Slope.fill_(CachedScalars.One).addcmul_(value, value, CachedScalars.MinusOne);
        return (tape.Scratch.Slope, tape.Scratch.Factor.copy_(value).mul_(CachedScalars.MinusTwo));
    }

    private readonly struct Function : ISpanFunction
    {
        public static ActivationKeeps Keeps => ActivationKeeps.None;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector<float> a, out Vector<float> value, out Vector<float> slope, out Vector<float> curvature)
        {
            value = SpanMath.Tanh(a);
            slope = Vector<float>.One - (value * value);
            curvature = default;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Factors(Vector<float> value, Vector<float> keptSlope, Vector<float> keptCurvature, out Vector<float> slope, out Vector<float> factor)
        {
            slope = Vector<float>.One - (value * value);
            factor = value * new Vector<float>(-2f);
        }
    }
}
