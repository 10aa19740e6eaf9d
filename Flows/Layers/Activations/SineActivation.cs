using System.Numerics;
using System.Runtime.CompilerServices;
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
    protected override ActivationKeeps Keeps => Function.Keeps;

    private protected override SpanPass Spans { get; } = new SpanPass<Function>();

    /// <inheritdoc/>
    protected override (Tensor Value, Tensor Slope) Express(Tensor inputs, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return (inputs.sin(), inputs.cos());
    }

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

    private readonly struct Function : ISpanFunction
    {
        public static ActivationKeeps Keeps => ActivationKeeps.Slope | ActivationKeeps.Tangents;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector<float> a, out Vector<float> value, out Vector<float> slope, out Vector<float> curvature)
        {
            value = SpanMath.SinCos(a, out slope);
            curvature = default;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Factors(Vector<float> value, Vector<float> keptSlope, Vector<float> keptCurvature, out Vector<float> slope, out Vector<float> factor) =>
            (slope, factor) = (keptSlope, -value);
    }
}
