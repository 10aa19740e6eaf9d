using FlowOde.Data.Numerics;
using FlowOde.Data.Randomness;

namespace FlowOde.Data.ToyDensities;

/// <summary>Concentric circles, equally likely, each with a uniform angle and normal noise of one width.</summary>
/// <remarks>
/// A circle of radius ρ plus noise σ has density exp(−(r² + ρ²)/2σ²) I₀(rρ/σ²) / 2πσ². The published generators space the angles evenly
/// over a batch; here they are uniform, which is the same density in the limit and makes samples independent.
/// </remarks>
internal sealed class NoisyRings : ToyDensity
{
    private readonly double[] _radii;
    private readonly double _deviation;

    private NoisyRings(string name, string description, double[] radii, double deviation)
    {
        (Name, Description, _radii, _deviation) = (name, description, radii, deviation);
    }

    /// <summary>Circles of radius 3 and 1.5 with noise 0.24: radius 1 and factor 0.5 with noise 0.08, all times 3 (FFJORD).</summary>
    internal static NoisyRings Circles { get; } = new("circles", "two concentric circles", [3, 1.5], 0.24);

    /// <summary>Circles of radius 3, 2.25, 1.5 and 0.75 with noise 0.08, added after scaling (FFJORD).</summary>
    internal static NoisyRings Rings { get; } = new("rings", "four concentric thin rings", [3, 2.25, 1.5, 0.75], 0.08);

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override PlaneBounds Bounds => PlaneBounds.Square(4);

    /// <inheritdoc/>
    public override DensityForm Form => DensityForm.ClosedForm;

    /// <inheritdoc/>
    public override double LogDensity(double x, double y) => LogDensity(Math.Sqrt((x * x) + (y * y)));

    private protected override (double X, double Y) Draw(IUniformSource source)
    {
        var radius = _radii[Choose(source, _radii.Length)];
        var (sin, cos) = Math.SinCos(2 * Math.PI * source.NextUniform());
        return ((radius * cos) + (_deviation * source.NextNormal()), (radius * sin) + (_deviation * source.NextNormal()));
    }

    private protected override double ComputeEntropy() => Cubature.RadialEntropy(LogDensity, 3 + (12 * _deviation), 100);

    private double LogDensity(double r)
    {
        var sum = new LogSum();
        foreach (var radius in _radii)
        {
            // The scaled Bessel function turns r² + ρ² into (r − ρ)², which is what keeps this from overflowing.
            sum.Add(LogNormal((r - radius) * (r - radius), _deviation) + BesselI0.LogScaled(r * radius / (_deviation * _deviation)));
        }

        return sum.Value - Math.Log(_radii.Length);
    }
}
