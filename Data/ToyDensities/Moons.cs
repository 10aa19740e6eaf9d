using FlowOde.Data.Numerics;
using FlowOde.Data.Randomness;

namespace FlowOde.Data.ToyDensities;

/// <summary>Two interleaved half circles of radius 2 with normal noise 0.2: unit moons with noise 0.1, times 2, moved by (−1, −0.2) (FFJORD).</summary>
/// <remarks>The density is an integral over the angle, by quadrature. The published generator spaces the angles evenly; here they are uniform.</remarks>
internal sealed class Moons : ToyDensity
{
    private const double Deviation = 0.2;
    private readonly NoisyCurve[] _arcs =
    [
        new(OuterArc, _ => 1 / Math.PI, 0, Math.PI, 8, LogNoise, Deviation, 0),
        new(InnerArc, _ => 1 / Math.PI, 0, Math.PI, 8, LogNoise, Deviation, 0),
    ];

    /// <inheritdoc/>
    public override string Name => "moons";

    /// <inheritdoc/>
    public override string Description => "two interleaved half moons";

    /// <inheritdoc/>
    public override PlaneBounds Bounds => PlaneBounds.Square(4);

    /// <inheritdoc/>
    public override DensityForm Form => DensityForm.Quadrature;

    /// <inheritdoc/>
    public override double LogDensity(double x, double y)
    {
        var sum = new LogSum();
        sum.Add(_arcs[0].LogDensity(x, y));
        sum.Add(_arcs[1].LogDensity(x, y));
        return sum.Value - Math.Log(2);
    }

    private protected override (double X, double Y) Draw(IUniformSource source)
    {
        var outer = Choose(source, 2) == 0;
        var angle = Math.PI * source.NextUniform();
        var (x, y) = outer ? OuterArc(angle) : InnerArc(angle);
        return (x + (Deviation * source.NextNormal()), y + (Deviation * source.NextNormal()));
    }

    private protected override double ComputeEntropy() => Cubature.Entropy(LogDensity, 5, Deviation / 4);

    private static (double X, double Y) OuterArc(double angle) => ((2 * Math.Cos(angle)) - 1, (2 * Math.Sin(angle)) - 0.2);

    private static (double X, double Y) InnerArc(double angle) => (1 - (2 * Math.Cos(angle)), 0.8 - (2 * Math.Sin(angle)));

    private static double LogNoise(double dx, double dy) => LogNormal((dx * dx) + (dy * dy), Deviation);
}
