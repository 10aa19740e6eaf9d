using FlowOde.Samplers.Drawing;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class DataLimitsTests
{
    [Fact]
    public void Robust_WithoutOutliers_ShowsEveryValueWithAMargin()
    {
        var limits = DataLimits.Robust([.. Enumerable.Range(0, 1001).Select(i => i / 1000.0)]);

        Assert.Equal(-0.04, limits.Minimum, 12);
        Assert.Equal(1.04, limits.Maximum, 12);
    }

    [Fact]
    public void Robust_WithAFarOutlier_ShowsTheOthers()
    {
        var limits = DataLimits.Robust([.. Enumerable.Range(0, 5000).Select(i => i / 5000.0), 1e9]);

        Assert.InRange(limits.Maximum, 1, 1.1);
    }

    [Theory]
    [InlineData(3, 3, 3)]
    [InlineData(0, 0, 0)]
    [InlineData(-1e305, -1e305, -1e305)]
    [InlineData(1e-300, 1e-300, 1e-300)]
    [InlineData(-1e300, 0, 1e300)]
    [InlineData(1e16, 10000000000000002, 1e16)]
    [InlineData(double.NaN, 2, double.PositiveInfinity)]
    public void Robust_OnExtremeValues_ShowsEachDrawableOne(double a, double b, double c)
    {
        var limits = DataLimits.Robust([a, b, c]);

        Assert.All(new[] { a, b, c }.Where(DataLimits.IsDrawable), value => Assert.True(limits.Contains(value), $"{value} not in {limits}"));
    }

    [Fact]
    public void Robust_OfNothing_IsTheUnitInterval()
    {
        Assert.Equal(new DataLimits(0, 1), DataLimits.Robust([]));
        Assert.Equal(new DataLimits(0, 1), DataLimits.Robust([double.NaN, double.NegativeInfinity]));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(0, 1e307)]
    [InlineData(1, 1.0000000000000002)]
    public void Constructor_OnUndrawableLimits_Throws(double minimum, double maximum) =>
        Assert.Throws<ArgumentException>(() => new DataLimits(minimum, maximum));
}
