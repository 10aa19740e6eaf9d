using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class VectorFieldFigureTests
{
    private static readonly DataLimits _limits = new(-1, 1);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 1)]
    [InlineData(0, -1)]
    public void Draw_OneArrow_HasItsHeadWhereItPointsWithYUpwards(double u, double v)
    {
        var area = new PlotArea(new SKRect(0, 0, 40, 40), _limits, _limits);
        using var bitmap = Pictures.Draw(40, 40, canvas => ArrowLayer.Draw(canvas, area, new VectorGrid(_limits, _limits, 1, 1, [u], [v]), SKColors.Black));

        // The head is broader than the tail, so most ink lies in the half that the arrow points to.
        var right = Pictures.Ink(bitmap, new SKRectI(20, 0, 40, 40)) - Pictures.Ink(bitmap, new SKRectI(0, 0, 20, 40));
        var up = Pictures.Ink(bitmap, new SKRectI(0, 0, 40, 20)) - Pictures.Ink(bitmap, new SKRectI(0, 20, 40, 40));
        Assert.Equal((Math.Sign(u), Math.Sign(v)), (Math.Abs(right) > 8 ? Math.Sign(right) : 0, Math.Abs(up) > 8 ? Math.Sign(up) : 0));
    }

    public static TheoryData<double, double> Extremes => new() { { 0, 0 }, { double.NaN, 1 }, { 1e300, -1e300 }, { double.MaxValue, double.MaxValue }, { 1e-320, 0 }, { double.NegativeInfinity, 0 } };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Draw_ExtremeVelocities_DrawsThemTheSameTwice(double u, double v)
    {
        var figure = new VectorFieldFigure
        {
            Field = new VectorGrid(_limits, _limits, 3, 2, [u, 1, 2, 0, u, 1], [v, 1, 2, 0, v, 0]),
            Density = Pictures.Bell(10),
            Time = 0.5,
        };

        Assert.Equal(Pictures.Png(figure), Pictures.Png(figure));
    }

    [Fact]
    public void Draw_TimeAndSpeed_AreInTheCaption()
    {
        var figure = new VectorFieldFigure { Field = new VectorGrid(_limits, _limits, 1, 1, [3], [-4]), Time = 0.25 };

        Assert.Contains("t = 0.25, greatest speed 5", Pictures.Svg(figure), StringComparison.Ordinal);
    }

    [Fact]
    public void VectorGrid_OnWrongLengths_Throws()
    {
        Assert.Throws<ArgumentException>(() => new VectorGrid(_limits, _limits, 2, 2, new double[4], new double[3]));
        Assert.Throws<ArgumentException>(() => new VectorGrid(_limits, _limits, 2, 2, new double[5], new double[5]));
    }
}
