using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class HistogramFigureTests
{
    [Fact]
    public void Draw_BarsAreAsHighAsTheirCounts()
    {
        using var bitmap = FigureWriter.ToBitmap(Figure(new HistogramBar(10, [40, 0]), new HistogramBar(13, [80, 20])), 1);
        int[] blue = Heights(bitmap, new(0x00, 0x72, 0xB2)), red = Heights(bitmap, new(0xD5, 0x5E, 0x00));
        int low = blue.Where(height => height > 20).Min(), high = blue.Max(), top = red.Max();
        Assert.True(Math.Abs(high - (2 * low)) <= 2, $"{low} and {high} points for 40 and 80");
        Assert.True(Math.Abs(high - (4 * top)) <= 4, $"{top} and {high} points for 20 and 80");
    }

    [Fact]
    public void Draw_NamesPartsAndNumbers()
    {
        string svg = Pictures.Svg(Figure(new HistogramBar(10, [1, 2]), new HistogramBar(13, [1200, 34])));
        Assert.All(["recognised", "mistaken", "1,234", "evaluations", "rows"], text => Assert.Contains(text, svg, StringComparison.Ordinal));
    }

    [Fact]
    public void XTicks_AreAtTheValues_WhereTheyFit()
    {
        var axes = new Axes { XAt = [14, 17, 26], XUnit = 1 };
        Assert.Equal(["14", "17", "26"], axes.XTicks(new(10, 30), 520).Labels);
        Assert.Equal(["10", "20", "30"], axes.XTicks(new(10, 30), 120).Labels);
    }

    public static TheoryData<string, int[], int> Extremes => new()
    {
        { "one bar", [7], 1 },
        { "empty bars", [3, 4], 0 },
        { "two thousand values", [.. Enumerable.Range(0, 2000)], 5 },
        { "far apart", [1, 2, 1_000_000], int.MaxValue / 4 },
    };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Draw_ExtremeBars_DrawsThemTheSameTwice(string name, int[] values, int count)
    {
        var figure = Figure([.. values.Select(value => new HistogramBar(value, [count, 0]))]) with { Title = name };
        Assert.Equal(Pictures.Png(figure), Pictures.Png(figure));
    }

    [Fact]
    public void Bars_OfOneValueTwice_AreRefused() => Assert.Throws<ArgumentException>(() => Figure(new HistogramBar(1, [2]), new HistogramBar(1, [3])));

    private static HistogramFigure Figure(params HistogramBar[] bars) => new() { Bars = bars, Parts = ["recognised", "mistaken"], XTitle = "evaluations", YTitle = "rows" };

    /// <summary>Pixels of a colour in each column below the legend.</summary>
    private static int[] Heights(SKBitmap bitmap, SKColor colour) =>
        [.. Enumerable.Range(0, bitmap.Width).Select(x => Enumerable.Range(50, bitmap.Height - 50).Count(y => Pictures.IsNear(bitmap.GetPixel(x, y), colour)))];
}
