using FlowOde.Solvers.Measurement;

namespace FlowOde.Tests.Solvers.Measurement;

/// <summary>Known laws come back from their own values.</summary>
public class GrowthLawTests
{
    private static readonly double[] _sizes = [10, 20, 40, 80, 160, 320, 640, 1280];

    [Theory]
    [InlineData(5, 2, 1)]
    [InlineData(0, 7.2, 1)]
    [InlineData(10, 0.0125, 1)]
    [InlineData(3, 0.7, 0.5)]
    [InlineData(100, 0.01, 2)]
    [InlineData(1, 4, 0.3)]
    public void Fit_OfAnExactLaw_FindsIt(double floor, double scale, double exponent)
    {
        double[] values = [.. _sizes.Select(size => floor + (scale * Math.Pow(size, exponent)))];
        var law = GrowthLaw.Fit(_sizes, values, Constant(0.01))!;
        Assert.True(Math.Abs(law.Exponent - exponent) < 1e-3, $"exponent {law.Exponent:R}");
        Assert.True(Math.Abs(law.Floor - floor) < 0.01 + (0.01 * floor), $"floor {law.Floor:R}");
        Assert.All(_sizes.Zip(values), point => Assert.InRange(law.At(point.First), point.Second - 0.02, point.Second + 0.02));
    }

    [Fact]
    public void Fit_OfANoisyLaw_StatesAnErrorThatCoversIt()
    {
        // Of 200 fits about 68 % lie within one standard error and 95 % within two; 3 binomial deviations either way.
        var random = new Random(3);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        int one = 0, two = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            double[] values = [.. _sizes.Select(size => 10 + (0.2 * size) + Normal())];
            var law = GrowthLaw.Fit(_sizes, values, Constant(1))!;
            one += Math.Abs(law.Exponent - 1) < law.ExponentError ? 1 : 0;
            two += Math.Abs(law.Exponent - 1) < 2 * law.ExponentError ? 1 : 0;
        }

        Assert.InRange(one, 116, 170); // scatter counts only where it exceeds the stated noise, so a few more are covered
        Assert.InRange(two, 181, 200);
    }

    [Fact]
    public void Fit_OfAConstantWithinItsNoise_HasExponentZero()
    {
        double[] values = [10, 10.4, 9.7, 10.2, 9.9, 10.3, 10, 9.8];
        var law = GrowthLaw.Fit(_sizes, values, Constant(0.3))!;
        Assert.Equal(0, law.Exponent);
        Assert.Equal(10.04, law.At(5000), 2);
        Assert.InRange(law.ExponentError, 0.001, 0.02);
    }

    [Fact]
    public void Fit_OfFallingValues_HasExponentZeroAndAFiniteError()
    {
        double[] values = [17.7, 17.7, 17.8, 17.9, 17.9, 16.6, 13.4, 16.5];
        var law = GrowthLaw.Fit(_sizes, values, Constant(0.5))!;
        Assert.Equal(0, law.Exponent);
        Assert.True(double.IsFinite(law.ExponentError));
    }

    [Fact]
    public void Fit_WithAFloorOfAlmostEverything_StillSeesTheGrowth()
    {
        // log y against log N alone has slope 0.23 here.
        double[] values = [.. _sizes.Select(size => 10 + (0.0125 * size))];
        var law = GrowthLaw.Fit(_sizes, values, Constant(0.05))!;
        Assert.True(Math.Abs(law.Exponent - 1) < 2 * law.ExponentError && law.ExponentError < 0.1, $"{law.Exponent:F3} ± {law.ExponentError:F3}");
    }

    [Fact]
    public void Fit_OfThreeSizes_IsNull() => Assert.Null(GrowthLaw.Fit([10, 20, 20, 40], [1, 2, 2, 4], [1, 1, 1, 1]));

    [Fact]
    public void WithExponent_FitsTheRest()
    {
        var law = GrowthLaw.WithExponent(0, _sizes, [1, 3, 1, 3, 1, 3, 1, 3], Constant(1));
        Assert.Equal(2, law.At(77), 12);
        law = GrowthLaw.WithExponent(1, _sizes, [.. _sizes.Select(size => 4 + (3 * size))], Constant(1));
        Assert.Equal(4, law.Floor, 8);
        Assert.Equal(3, law.Scale, 10);
    }

    [Fact]
    public void Fit_WithoutErrors_IsRefused() =>
        Assert.Contains("positive", Assert.Throws<ArgumentException>(() => GrowthLaw.Fit(_sizes, _sizes, Constant(0))).Message, StringComparison.Ordinal);

    private static double[] Constant(double noise) => [.. _sizes.Select(_ => noise)];
}
