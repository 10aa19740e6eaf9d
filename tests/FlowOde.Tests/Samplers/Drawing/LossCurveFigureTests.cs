using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class LossCurveFigureTests
{
    [Fact]
    public void CurveLimits_WithAnEarlySpike_ShowTheRest()
    {
        var values = Enumerable.Range(0, 1000).Select(i => i < 5 ? 1e12 : 2 + Math.Sin(i)).ToArray();
        var limits = LossCurveFigure.CurveLimits(Series(values), DataSeries.Empty);

        Assert.InRange(limits.Minimum, 0.5, 1);
        Assert.InRange(limits.Maximum, 3, 12);
    }

    [Fact]
    public void CurveLimits_OfAnOrdinaryDescent_ShowAllOfItAndTheBestScore()
    {
        var values = Enumerable.Range(0, 1000).Select(i => 5 * Math.Exp(-i / 300.0)).ToArray();
        var limits = LossCurveFigure.CurveLimits(Series(values), Series(-3));

        Assert.All(values, value => Assert.True(limits.Contains(value), $"{value}"));
        Assert.True(limits.Contains(-3));
    }

    public static TheoryData<string, LossCurveFigure> Extremes => new()
    {
        { "nothing", new() { Training = DataSeries.Empty } },
        { "one point", new() { Training = Series(2) } },
        { "all NaN", new() { Training = Series(double.NaN, double.NaN), Validation = Series(double.NaN) } },
        { "gaps", new() { Training = Series(1, double.NaN, 2, double.PositiveInfinity, 3, 4), Validation = new([0, 3], [2, 1], [double.NaN, 0.1]) } },
        { "equal", new() { Training = Series(3, 3, 3, 3), NfeForward = Series(7, 7, 7, 7), NfeBackward = Series(double.NaN) } },
        { "huge", new() { Training = Series(1e300, -1e300, 0, 1e308), Validation = new([1], [1e300], [1e308]) } },
        { "validation only", new() { Training = DataSeries.Empty, Validation = Series(1, 2) } },
        { "no evaluations", new() { Training = Series(1, 2), NfeForward = Series(0, 0) } },
        { "a million", new() { Training = Series([.. Enumerable.Range(0, 1_000_000).Select(i => Math.Sin(i))]) } },
    };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Draw_ExtremeCurves_DrawsThemTheSameTwice(string name, LossCurveFigure figure)
    {
        var titled = figure with { Title = name };

        Assert.Equal(Pictures.Png(titled), Pictures.Png(titled));
    }

    [Theory]
    [InlineData(1, 5, 45)]
    [InlineData(-1, 55, 95)]
    public void Draw_ADenseCurve_KeepsASpikeOfOneValue(double spike, int top, int bottom)
    {
        // A thousand values share a pixel column, and the spike is neither the first nor the last of them.
        var values = new double[200_000];
        values[100_123] = spike;
        var area = new PlotArea(new SKRect(0, 0, 200, 100), new DataLimits(0, 200_000), new DataLimits(-1, 1));
        using var bitmap = Pictures.Draw(200, 100, canvas => CurveLayer.DrawLine(canvas, area, Series(values), SKColors.Black, 1));

        Assert.True(Pictures.Ink(bitmap, new SKRectI(98, top, 103, bottom)) >= 38, "the spike is missing");
        Assert.Equal(0, Pictures.Ink(bitmap, new SKRectI(0, top, 97, bottom)));
    }

    [Fact]
    public void Draw_TheBestScore_IsNamedInTheLegend()
    {
        var figure = new LossCurveFigure { Training = Series(9, 8, 7, 6), Validation = new([0, 1000, 2000], [9, 7.5, 8]) };

        Assert.Contains("best: 7.5 at 1,000", Pictures.Svg(figure), StringComparison.Ordinal);
    }

    private static DataSeries Series(params double[] values) => new([.. Enumerable.Range(0, values.Length).Select(i => (double)i)], values);
}
