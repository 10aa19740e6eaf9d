using FlowOde.Samplers.Drawing;
using FsCheck;
using FsCheck.Xunit;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class PlotAreaTests
{
    private static readonly PlotArea _area = new(new SKRect(50, 20, 350, 220), new DataLimits(-3, 5), new DataLimits(1e3, 2e3));

    [Property(MaxTest = 200)]
    public void ToData_OfToPixel_ReturnsThePoint(NormalFloat x, NormalFloat y)
    {
        var (dataX, dataY) = (-3 + Math.Abs(x.Get % 8), 1e3 + Math.Abs(y.Get % 1e3));

        // Single precision of a coordinate below 512 is 3e-5 points.
        Assert.Equal(dataX, _area.ToDataX(_area.ToPixelX(dataX)), 5e-5 * 8 / 300);
        Assert.Equal(dataY, _area.ToDataY(_area.ToPixelY(dataY)), 5e-5 * 1e3 / 200);
    }

    [Fact]
    public void ToPixel_AtTheLimits_IsTheFrameWithYUpwards()
    {
        Assert.Equal(new SKPoint(50, 220), _area.ToPixel(-3, 1e3));
        Assert.Equal(new SKPoint(350, 20), _area.ToPixel(5, 2e3));
    }

    [Theory]
    [InlineData(1e306)]
    [InlineData(-1e306)]
    [InlineData(double.MaxValue)]
    [InlineData(double.NegativeInfinity)]
    public void ToPixel_FarOut_StaysFinite(double value) => Assert.True(float.IsFinite(_area.ToPixelX(value)) && float.IsFinite(_area.ToPixelY(value)));

    [Fact]
    public void WithEqualUnits_OnAWideRectangle_DrawsAUnitSquareAsASquareInside()
    {
        var available = new SKRect(10, 10, 410, 210);
        var area = PlotArea.WithEqualUnits(available, new DataLimits(0, 2), new DataLimits(0, 3));

        Assert.Equal(area.ToPixelX(1) - area.ToPixelX(0), area.ToPixelY(0) - area.ToPixelY(1), 1e-3);
        Assert.True(available.Contains(area.Frame));
        Assert.Equal(200, area.Frame.Height, 1e-3);
    }
}
