using FlowOde.Samplers.Drawing;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class ColourScaleTests
{
    [Fact]
    public void ForDensity_OfAGaussian_IsLinearUpToItsPeak()
    {
        var densities = Pictures.Bell(101).Densities;
        var scale = ColourScale.ForDensity(densities);

        Assert.False(scale.IsExceeded);
        Assert.Equal(densities.Max(), scale.Limits.Maximum);
        Assert.Equal(1, scale.Exponent, 0.02); // Σp²/Σp of a Gaussian is half its peak; the grid cuts the tails
    }

    [Fact]
    public void ForDensity_WithANarrowPeak_DoesNotDarkenTheRest()
    {
        var densities = Enumerable.Repeat(1.0, 10_000).ToArray();
        densities[77] = 1e6;
        var scale = ColourScale.ForDensity(densities);

        Assert.True(scale.IsExceeded);
        Assert.Equal(1, scale.FractionOf(1), 1e-9);
        Assert.Equal(1, scale.FractionOf(1e6));
    }

    [Fact]
    public void ForDensity_OfFineStructure_PutsTheDensityOfAnAverageDrawAtTheMiddle()
    {
        // A tenth of the mass at the peak, the rest at a fifth of it: Σp²/Σp = 0.1 + 0.9/5 = 0.28 of the peak.
        var densities = Enumerable.Repeat(5.0, 10).Concat(Enumerable.Repeat(1.0, 450)).Concat(Enumerable.Repeat(0.0, 1000)).ToArray();
        var scale = ColourScale.ForDensity(densities);

        Assert.Equal(0.5, scale.FractionOf(0.28 * 5), 1e-9);
    }

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new[] { 0.0, 0.0 })]
    [InlineData(new[] { double.NaN, double.PositiveInfinity })]
    [InlineData(new[] { -3.0, -5.0 })]
    [InlineData(new[] { 1e-310, 0.0 })]
    public void ForDensity_WithoutPositiveValues_IsTheUnitInterval(double[] densities) =>
        Assert.Equal(new DataLimits(0, 1), ColourScale.ForDensity(densities).Limits);

    [Fact]
    public void FractionOf_NaN_StaysNaN() => Assert.True(double.IsNaN(ColourScale.ForDensity([1]).FractionOf(double.NaN)));

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    public void Exponent_NotPositive_Throws(double exponent) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ColourScale { Limits = new DataLimits(0, 1), Exponent = exponent });
}
