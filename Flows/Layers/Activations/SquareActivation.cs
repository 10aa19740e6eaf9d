using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>φ = a²: φ' = 2a, φ'' = 2.</summary>
public sealed class SquareActivation : Activation
{
    /// <inheritdoc/>
    public override string Name => "square";

    /// <inheritdoc/>
    public override string Description => "a²";

    /// <inheritdoc/>
    protected override ActivationKeeps Keeps => Function.Keeps;

    private protected override SpanPass Spans { get; } = new SpanPass<Function>();

    /// <inheritdoc/>
    protected override (Tensor Value, Tensor Slope) Express(Tensor inputs, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return (inputs.mul(inputs), inputs.mul(CachedScalars.Two));
    }

    /// <inheritdoc/>
    protected override void Apply(Tensor values, IReadOnlyList<Tensor> parameters, Tensor intoSlope, Tensor? intoCurvature, ActivationScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(intoSlope);
        intoSlope.copy_(values).mul_(CachedScalars.Two);
        values.mul_(values);
    }

    /// <inheritdoc/>
    protected override (Tensor Slope, Tensor Factor) Factors(ActivationTape tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return (tape.Slope!, tape.Scratch.Factor.fill_(CachedScalars.Two));
    }

    private readonly struct Function : ISpanFunction
    {
        public static ActivationKeeps Keeps => ActivationKeeps.Slope | ActivationKeeps.Tangents;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector<float> a, out Vector<float> value, out Vector<float> slope, out Vector<float> curvature) =>
            (value, slope, curvature) = (a * a, a + a, default);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Factors(Vector<float> value, Vector<float> keptSlope, Vector<float> keptCurvature, out Vector<float> slope, out Vector<float> factor) =>
            (slope, factor) = (keptSlope, new(2f));
    }
}
