using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>φ = a Φ(a) with the normal distribution function Φ (not its tanh approximation): φ' = Φ + a n, φ'' = n (2 − a²), n the normal density.</summary>
/// <remarks>Hendrycks and Gimpel 2016.</remarks>
public sealed class GeluActivation : Activation
{
    private static readonly Scalar _minusRootHalf = -Math.Sqrt(0.5);
    private static readonly Scalar _minusHalf = -0.5;
    private static readonly Scalar _densityAtZero = 1 / Math.Sqrt(2 * Math.PI);

    /// <inheritdoc/>
    public override string Name => "gelu";

    /// <inheritdoc/>
    public override string Description => "a Φ(a), Φ the normal distribution function";

    /// <inheritdoc/>
    protected override ActivationKeeps Keeps => Function.Keeps;

    private protected override SpanPass Spans { get; } = new SpanPass<Function>();

    /// <inheritdoc/>
    protected override (Tensor Value, Tensor Slope) Express(Tensor inputs, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var distribution = inputs.mul(_minusRootHalf).erfc().mul(CachedScalars.Half);
        var density = inputs.mul(inputs).mul(_minusHalf).exp().mul(_densityAtZero);
        return (inputs.mul(distribution), distribution.addcmul(inputs, density, CachedScalars.One));
    }

    /// <inheritdoc/>
    protected override void Apply(Tensor values, IReadOnlyList<Tensor> parameters, Tensor intoSlope, Tensor? intoCurvature, ActivationScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(intoSlope);
        ArgumentNullException.ThrowIfNull(scratch);
        var square = scratch.Factor.copy_(values).mul_(values);
        var density = scratch.Sum.copy_(square).mul_(_minusHalf).exp_().mul_(_densityAtZero);
        intoSlope.copy_(values).mul_(_minusRootHalf).erfc_().mul_(CachedScalars.Half);
        intoCurvature?.copy_(density).mul_(CachedScalars.Two).addcmul_(density, square, CachedScalars.MinusOne);
        density.mul_(values);
        values.mul_(intoSlope);
        intoSlope.add_(density, CachedScalars.One);
    }

    private readonly struct Function : ISpanFunction
    {
        public static ActivationKeeps Keeps => ActivationKeeps.Slope | ActivationKeeps.Curvature | ActivationKeeps.Tangents;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Evaluate(Vector<float> a, out Vector<float> value, out Vector<float> slope, out Vector<float> curvature)
        {
            var distribution = SpanMath.NormalDistribution(a, out var density);
            value = a * distribution;
            slope = Vector.MultiplyAddEstimate(a, density, distribution);
            curvature = density * (new Vector<float>(2f) - (a * a));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Factors(Vector<float> value, Vector<float> keptSlope, Vector<float> keptCurvature, out Vector<float> slope, out Vector<float> factor) =>
            (slope, factor) = (keptSlope, keptCurvature);
    }
}
