using FlowOde.Data.Numerics;
using FlowOde.Data.Randomness;

namespace FlowOde.Data.ToyDensities;

/// <summary>Eight equal normal blobs on a circle: radius 4, standard deviation 0.5, everything divided by 1.414 (FFJORD).</summary>
internal sealed class EightGaussians : ToyDensity
{
    // The published divisor is 1.414, not √2.
    private const double Scale = 1.414;
    private const double Radius = 4 / Scale;
    private const double Deviation = 0.5 / Scale;
    private const int Modes = 8;

    /// <inheritdoc/>
    public override string Name => "8gaussians";

    /// <inheritdoc/>
    public override string Description => "eight normal blobs on a circle";

    /// <inheritdoc/>
    public override PlaneBounds Bounds => PlaneBounds.Square(4.5);

    /// <inheritdoc/>
    public override DensityForm Form => DensityForm.ClosedForm;

    /// <inheritdoc/>
    public override double LogDensity(double x, double y)
    {
        var sum = new LogSum();
        for (var mode = 0; mode < Modes; mode++)
        {
            var (centreX, centreY) = Centre(mode);
            sum.Add(LogNormal(((x - centreX) * (x - centreX)) + ((y - centreY) * (y - centreY)), Deviation));
        }

        return sum.Value - Math.Log(Modes);
    }

    private protected override (double X, double Y) Draw(IUniformSource source)
    {
        var (x, y) = Centre(Choose(source, Modes));
        return (x + (Deviation * source.NextNormal()), y + (Deviation * source.NextNormal()));
    }

    // All modes are alike, so the mean over one of them is the mean over all.
    private protected override double ComputeEntropy() =>
        -Cubature.NormalMean((a, b) => LogDensity(Radius + (Deviation * a), Deviation * b));

    private static (double X, double Y) Centre(int mode)
    {
        var (sin, cos) = Math.SinCos(mode * Math.PI / 4);
        return (Radius * cos, Radius * sin);
    }
}
