using FlowOde.Data.Numerics;
using FlowOde.Data.Randomness;

namespace FlowOde.Data.ToyDensities;

/// <summary>A spiral t(cos t, sin t)/5, t uniform on [1.5π, 4.5π], with normal noise 0.2: the first and third coordinate of the usual swiss roll with noise 1, divided by 5 (FFJORD).</summary>
/// <remarks>The density is an integral over t, by quadrature.</remarks>
internal sealed class SwissRoll : ToyDensity
{
    private const double Deviation = 0.2;
    private const double Start = 1.5 * Math.PI;
    private const double Length = 3 * Math.PI;
    private readonly NoisyCurve _roll = new(Roll, _ => 1 / Length, Start, Start + Length, 34, LogNoise, Deviation, 0);

    /// <inheritdoc/>
    public override string Name => "swissroll";

    /// <inheritdoc/>
    public override string Description => "one and a half turns of a spiral band";

    /// <inheritdoc/>
    public override PlaneBounds Bounds => PlaneBounds.Square(4);

    /// <inheritdoc/>
    public override DensityForm Form => DensityForm.Quadrature;

    /// <inheritdoc/>
    public override double LogDensity(double x, double y) => _roll.LogDensity(x, y);

    private protected override (double X, double Y) Draw(IUniformSource source)
    {
        var (x, y) = Roll(Start + (Length * source.NextUniform()));
        return (x + (Deviation * source.NextNormal()), y + (Deviation * source.NextNormal()));
    }

    private protected override double ComputeEntropy() => Cubature.Entropy(LogDensity, 5, Deviation / 4);

    private static (double X, double Y) Roll(double t) => (t * Math.Cos(t) / 5, t * Math.Sin(t) / 5);

    private static double LogNoise(double dx, double dy) => LogNormal((dx * dx) + (dy * dy), Deviation);
}
