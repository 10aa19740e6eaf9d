using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class AccuracyFigureTests
{
    [Fact]
    public void Write_OfEqualPoints_ShowsEachInItsOwnColour()
    {
        AccuracyPoint[] points = [new("a", 0, 4, 0.9, 0.8, 0.95), new("b", 1, 4, 0.9, 0.8, 0.95), new("c", 2, 16, 0.9, 0.8, 0.95)];
        var figure = new AccuracyFigure { Points = points, XTitle = "cost" };
        using var stream = new MemoryStream();
        FigureWriter.WritePng(figure, stream, 1);
        using var bitmap = SKBitmap.Decode(stream.ToArray());
        int frame = bitmap.Width - 52; // labels to the right have the colours as well
        foreach (var colour in new SKColor[] { new(0x00, 0x72, 0xB2), new(0xD5, 0x5E, 0x00), new(0x00, 0x8A, 0x66) })
        {
            int found = Enumerable.Range(0, frame * bitmap.Height).Count(i => bitmap.GetPixel(i % frame, i / frame) == colour);
            Assert.True(found > 20, $"{found} pixels of {colour} in the frame");
        }
    }

    /// <summary>One cost is drawn as one: what stands beside each other there is in a band that says so, and what is alone is where it is.</summary>
    [Fact]
    public void Draw_OfEqualCosts_NamesTheCostTheyShare()
    {
        string svg = Pictures.Svg(new AccuracyFigure { Points = [new("a", 0, 4, 0.9, 0.8, 0.95), new("b", 1, 4, 0.8, 0.7, 0.9), new("c", 2, 4.05, 0.8, 0.7, 0.9), new("d", 3, 16, 0.9, 0.8, 0.95)], XTitle = "cost" });
        Assert.Contains("all at 4 to 4.1", svg, StringComparison.Ordinal); // 4.05 in one digit
        string alone = Pictures.Svg(new AccuracyFigure { Points = [new("a", 0, 4, 0.9, 0.8, 0.95), new("b", 1, 4.4, 0.8, 0.7, 0.9)], XTitle = "cost" });
        Assert.DoesNotContain("all at", alone, StringComparison.Ordinal);
    }
}
