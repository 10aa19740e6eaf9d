using FlowOde.Data.Numerics;
using FlowOde.Data.Randomness;

namespace FlowOde.Data.ToyDensities;

/// <summary>Two spiral arms, one the other turned by half a turn: n(−cos n, sin n)/3 with n = 3π√u, plus a uniform offset in [0, 1/6]², then normal noise 0.1 (FFJORD).</summary>
/// <remarks>
/// The offset has mean 1/12 and turns with the arm, as published. Offset and noise together have a closed density (differences of Φ);
/// what is left is one integral over n, whose density is 2n/(3π)², by quadrature.
/// </remarks>
internal sealed class TwoSpirals : ToyDensity
{
    private const double Deviation = 0.1;
    private const double Turn = 3 * Math.PI;
    private const double Box = 1.0 / 6;
    private const double HalfBox = Box / 2 / Deviation;

    // A hundred evaluations a point: the table makes the density four times as fast.
    private static readonly EvenTable _logBoxed = new(LogBoxed, LogBoxedSlope, 16);
    private readonly NoisyCurve _arm = new(Arm, n => 2 * n / (Turn * Turn), 0, Turn, 80, LogNoise, Deviation, Box * 0.7072);

    /// <inheritdoc/>
    public override string Name => "2spirals";

    /// <inheritdoc/>
    public override string Description => "two spiral arms";

    /// <inheritdoc/>
    public override PlaneBounds Bounds => PlaneBounds.Square(4);

    /// <inheritdoc/>
    public override DensityForm Form => DensityForm.Quadrature;

    /// <inheritdoc/>
    public override double LogDensity(double x, double y)
    {
        var sum = new LogSum();
        var nearest = Math.Min(_arm.Nearest(x, y), _arm.Nearest(-x, -y));
        sum.Add(_arm.LogDensity(x, y, nearest));
        sum.Add(_arm.LogDensity(-x, -y, nearest));
        return sum.Value - Math.Log(2);
    }

    private protected override (double X, double Y) Draw(IUniformSource source)
    {
        var sign = Choose(source, 2) == 0 ? 1 : -1;
        var (x, y) = Arm(Turn * Math.Sqrt(source.NextUniform()));
        x = sign * (x + (Box * (source.NextUniform() - 0.5)));
        y = sign * (y + (Box * (source.NextUniform() - 0.5)));
        return (x + (Deviation * source.NextNormal()), y + (Deviation * source.NextNormal()));
    }

    private protected override double ComputeEntropy() => Cubature.SymmetricEntropy(LogDensity, 4.2, Deviation / 3);

    // Through the middle of the offsets, so that the noise reaches equally far to all sides.
    private static (double X, double Y) Arm(double n) => ((Box / 2) - (n * Math.Cos(n) / 3), (Box / 2) + (n * Math.Sin(n) / 3));

    private static double LogNoise(double dx, double dy) =>
        _logBoxed.At(dx / Deviation) + _logBoxed.At(dy / Deviation) - (2 * Math.Log(Box));

    /// <summary>log of the mass that a unit normal at a distance from the middle of the box has inside it.</summary>
    private static double LogBoxed(double distance) => ErrorFunction.LogNormalMass(distance - HalfBox, distance + HalfBox);

    private static double LogBoxedSlope(double distance)
    {
        var log = LogBoxed(distance) + (0.5 * Math.Log(2 * Math.PI));
        var (near, far) = (distance - HalfBox, distance + HalfBox);
        return Math.Exp((-0.5 * far * far) - log) - Math.Exp((-0.5 * near * near) - log);
    }
}
