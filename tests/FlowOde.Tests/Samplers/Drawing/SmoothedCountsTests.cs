using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class SmoothedCountsTests
{
    private static readonly PlotArea _area = new(new SKRect(0, 0, 128, 128), new DataLimits(0, 1), new DataLimits(0, 1));

    [Fact]
    public void Draw_PointsAtOnePlace_IsDarkestThereAndSymmetric()
    {
        // The centre of cell (48, 16) of 64: y counts upwards, so the picture's middle lies at (97, 95).
        double[] x = [.. Enumerable.Repeat(48.5 / 64, 2000)];
        double[] y = [.. Enumerable.Repeat(16.5 / 64, 2000)];
        using var bitmap = Pictures.Draw(128, 128, canvas => SmoothedCounts.Draw(canvas, _area, x, y, ColourMap.Grey));

        Assert.True(bitmap.GetPixel(97, 94).Red < 25, "not dark at the middle"); // a quarter of a cell from the peak
        Assert.True(Pictures.IsNear(bitmap.GetPixel(97 + 6, 95), bitmap.GetPixel(96 - 6, 95), 3), "left and right differ");
        Assert.True(Pictures.IsNear(bitmap.GetPixel(97, 95 + 6), bitmap.GetPixel(97, 94 - 6), 3), "up and down differ");
        Assert.Equal(SKColors.White, bitmap.GetPixel(20, 20));
    }

    [Fact]
    public void Draw_NoPoints_DrawsNothing()
    {
        using var bitmap = Pictures.Draw(128, 128, canvas => SmoothedCounts.Draw(canvas, _area, [double.NaN, 7], [0.5, 7], ColourMap.Grey));

        Assert.Equal(0, Pictures.Ink(bitmap, new SKRectI(0, 0, 128, 128)));
    }
}
