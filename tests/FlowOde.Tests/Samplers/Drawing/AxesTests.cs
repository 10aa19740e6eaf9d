using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class AxesTests
{
    [Theory]
    [InlineData(-123456, 123456, 300)]
    [InlineData(-123456, 123456, 118)]
    [InlineData(0, 1e-7, 200)]
    [InlineData(1000.001, 1000.002, 300)]
    [InlineData(-1e300, 1e300, 300)]
    public void XTicks_OnAnyWidth_LeavesAClearGapBetweenLabels(double minimum, double maximum, float width)
    {
        var limits = new DataLimits(minimum, maximum);
        var ticks = new Axes().XTicks(limits, width);

        for (var i = 1; i < ticks.Values.Count; i++)
        {
            var distance = (float)((ticks.Values[i] - ticks.Values[i - 1]) / limits.Span * width);
            var half = (FigureText.Width(ticks.Labels[i], FigureStyle.TickSize) + FigureText.Width(ticks.Labels[i - 1], FigureStyle.TickSize)) / 2;
            Assert.True(ticks.Values.Count <= 2 || distance > half + 4, $"{string.Join(' ', ticks.Labels)} on {width} points");
        }
    }

    [Fact]
    public void Draw_LabelsAndTitles_StaysWithinItsMargins()
    {
        var (x, y) = (new DataLimits(0, 1), new DataLimits(-25_000, 25_000));
        var axes = new Axes { XTitle = "gjpqy", YTitle = new string('w', 99), YSuffix = " m" };
        var left = axes.LeftMargin(y, 150);
        var frame = SKRect.Create(20 + left, 20, 200, 150);
        using var bitmap = Pictures.Draw(300, 300, canvas => axes.Draw(canvas, new PlotArea(frame, x, y)));

        Assert.Equal(0, Pictures.Ink(bitmap, new SKRectI(0, 0, 19, 300)));
        Assert.Equal(0, Pictures.Ink(bitmap, new SKRectI(0, (int)(frame.Bottom + axes.BottomMargin()) + 1, 300, 300)));
        Assert.True(Pictures.Ink(bitmap, new SKRectI(20, 20, 20 + (int)FigureStyle.LabelSize, 170)) > 100, "no y title");
    }
}
