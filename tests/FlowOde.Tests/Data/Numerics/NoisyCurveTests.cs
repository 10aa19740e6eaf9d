using FlowOde.Data.Numerics;

namespace FlowOde.Tests.Data.Numerics;

public sealed class NoisyCurveTests
{
    private const double Noise = 0.1;

    [Fact]
    public void LogDensity_AgainstAFourTimesFinerRule_AgreesToTenDigits()
    {
        // The outer turns of the spirals, the fastest curve of the toys.
        var (coarse, fine) = (Spiral(80), Spiral(320));
        for (var i = 0; i < 400; i++)
        {
            var (x, y) = (4.4 * Math.Sin(1.7 * i), 4.4 * Math.Sin((2.3 * i) + 1));
            var (a, b) = (coarse.LogDensity(x, y), fine.LogDensity(x, y));

            // Twenty deviations away the integrand is steeper; nothing is ever evaluated there but for a picture's corner.
            Assert.True(Math.Abs(a - b) < (b > -40 ? 1e-10 : 2e-5 * Math.Abs(b)), $"({x}, {y}): {a:R} and {b:R}");
        }
    }

    [Fact]
    public void LogDensity_OfALongStraightLine_IsTheNormalDensityAcrossIt()
    {
        var line = new NoisyCurve(s => (s, 0), _ => 1.0 / 40, -20, 20, 200, Normal, Noise, 0);
        Assert.Equal(-Math.Log(40) - 2 - (0.5 * Math.Log(2 * Math.PI * Noise * Noise)), line.LogDensity(1.3, 2 * Noise), 12);
    }

    private static NoisyCurve Spiral(int panels) => new(
        n => (-n * Math.Cos(n) / 3, n * Math.Sin(n) / 3), n => n, 0, 3 * Math.PI, panels, Normal, Noise, 0);

    private static double Normal(double dx, double dy) =>
        (-0.5 * ((dx * dx) + (dy * dy)) / (Noise * Noise)) - Math.Log(2 * Math.PI * Noise * Noise);
}
