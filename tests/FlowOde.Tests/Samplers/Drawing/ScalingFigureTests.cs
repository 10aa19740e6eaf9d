using System.Globalization;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class ScalingFigureTests
{
    private static readonly double[] _sizes = [10, 20, 40, 80, 160];

    [Fact]
    public void Draw_NamesEveryMethodWithItsGrowthAndTheLimit()
    {
        string svg = Pictures.Svg(Figure(new ScalingPanel
        {
            Heading = "dopri5, 512 rows",
            Limit = 300,
            LimitLabel = "limit of 512 MB",
            Curves = [Curve(0, "direct", "N^1.00 ± 0.01", size => 3 * size), Curve(1, "binomial", "constant", _ => 12)],
        }));
        Assert.All(["dopri5, 512 rows", "direct", "N^1.00 ± 0.01", "binomial", "constant", "limit of 512 MB", "solver steps", "peak memory"], text => Assert.Contains(text, svg, StringComparison.Ordinal));
    }

    [Fact]
    public void Draw_APowerLaw_IsAStraightLine()
    {
        // On logarithmic axes the markers of 3·N lie on one line: the middle one halfway between its neighbours.
        var figure = Figure(Panel(Curve(0, "direct", "", size => 3 * size)));
        using var bitmap = FigureWriter.ToBitmap(figure, 1);
        var blue = ScalingStyle.Colour(0);
        var columns = Enumerable.Range(0, 600).Select(x => Enumerable.Range(120, bitmap.Height - 220).Where(y => Pictures.IsNear(bitmap.GetPixel(x, y), blue)).ToArray()).ToArray();
        int first = Array.FindIndex(columns, column => column.Length > 0), last = Array.FindLastIndex(columns, column => column.Length > 0);
        double Middle(int x) => columns[x].Average();
        double slope = (Middle(last - 8) - Middle(first + 8)) / (last - first - 16);
        double middle = Middle((first + last) / 2), expected = Middle(first + 8) + (slope * (((first + last) / 2) - first - 8));
        Assert.True(Math.Abs(middle - expected) < 2.5, $"{middle:F1} for {expected:F1}");
        Assert.True(slope < -0.3, $"slope {slope:F2}");
    }

    public static TheoryData<string, ScalingPanel> Extremes => new()
    {
        { "one point", Panel(new ScalingCurve { Label = "a", Index = 0, Points = new([10], [5]) }) },
        { "nothing", Panel(new ScalingCurve { Label = "a", Index = 0, Points = DataSeries.Empty }) },
        { "no positive value", Panel(new ScalingCurve { Label = "a", Index = 0, Points = new([1, 2, 3], [0, -1, double.NaN]) }) },
        { "over the limit only", Panel(new ScalingCurve { Label = "a", Index = 3, Points = DataSeries.Empty, Over = new([10], [500]) }) with { Limit = 480 } },
        { "thirty curves at one place", Panel([.. Enumerable.Range(0, 30).Select(i => Curve(i, $"method {i}", "constant", _ => 7))]) },
        { "huge range", Panel(Curve(4, "a", "", size => Math.Pow(size, 60))) },
        { "tiny", Panel(Curve(5, "a", "", size => 1e-200 * size)) },
    };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Draw_ExtremeCurves_DrawsThemTheSameTwice(string name, ScalingPanel panel)
    {
        var figure = Figure(panel) with { Title = name };
        Assert.Equal(Pictures.Png(figure), Pictures.Png(figure));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(24)]
    public void Draw_OfManyPanels_FitsIntoAPicture(int panels)
    {
        var figure = Figure([.. Enumerable.Repeat(Panel(Curve(0, "direct", "N^1.00 ± 0.01", size => size)), panels)]);
        Assert.True(2 * Math.Max(figure.Size.Width, figure.Size.Height) < FigureWriter.LongestSide, $"{figure.Size}");
        Assert.True(panels > 3 || figure.Size.Width < 1000, $"{figure.Size}");
    }

    [Fact]
    public void Panels_TooMany_AreRefused() => Assert.Throws<ArgumentException>(() => Figure([.. Enumerable.Repeat(Panel(), 25)]));

    [Theory]
    [InlineData(new float[] { 10, 50, 90 }, new float[] { 10, 50, 90 })]
    [InlineData(new float[] { 50, 50, 50 }, new float[] { 30, 50, 70 })]
    [InlineData(new float[] { 0, 0 }, new float[] { 5, 25 })]
    [InlineData(new float[] { 99, 99 }, new float[] { 75, 95 })]
    [InlineData(new float[] { 10, 40, 45, 90 }, new float[] { 10, 32.5f, 52.5f, 90 })]
    public void Spread_MovesLabelsApartByAsLittleAsItTakes(float[] wanted, float[] expected) => Assert.Equal(expected, LabelPlaces.Spread(wanted, 20, 5, 95));

    [Fact]
    public void Spread_OfAnyPositions_KeepsOrderAndDistance()
    {
        var random = new Random(5);
        for (int trial = 0; trial < 200; trial++)
        {
            float[] wanted = [.. Enumerable.Range(0, 1 + random.Next(20)).Select(_ => (float)(random.NextDouble() * 400)).Order()];
            float[] places = LabelPlaces.Spread(wanted, 18, 0, 400);
            Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 17.99, $"{pair}"));
            Assert.All(places, place => Assert.InRange(place, -0.01, 400.01));
        }
    }

    [Theory]
    [InlineData(1, 100, 9, "1 2 5 10 20 50 100")]
    [InlineData(1, 100, 5, "1 3 10 30 100")]
    [InlineData(1, 1e6, 8, "1 10 100 1,000 10,000 100,000 10⁶")]
    [InlineData(1, 1e6, 4, "1 100 10,000 10⁶")]
    [InlineData(2.2, 4.8, 5, "3 4")]
    [InlineData(0.002, 0.05, 9, "0.002 0.005 0.01 0.02 0.05")]
    [InlineData(4, 20, 9, "4 6 8 10 15 20")]
    [InlineData(4, 32, 9, "4 6 8 10 15 20 30")]
    [InlineData(0.15, 0.8, 9, "0.15 0.2 0.3 0.4 0.6 0.8")]
    public void Logarithmic_PicksRoundNumbers(double low, double high, int count, string labels)
    {
        var ticks = AxisTicks.Logarithmic(new DataLimits(Math.Log10(low) - 1e-9, Math.Log10(high) + 1e-9), count);
        Assert.Equal(labels, string.Join(' ', ticks.Labels));
        Assert.All(ticks.Values.Zip(ticks.Labels).Where(tick => !tick.Second.Contains('⁶')), tick => Assert.Equal(double.Parse(tick.Second, CultureInfo.InvariantCulture), Math.Pow(10, tick.First), 1e-9));
    }

    private static ScalingFigure Figure(params ScalingPanel[] panels) => new() { Panels = panels, XTitle = "solver steps", YTitle = "peak memory (MB)" };

    private static ScalingPanel Panel(params ScalingCurve[] curves) => new() { Heading = "panel", Curves = curves };

    private static ScalingCurve Curve(int index, string label, string growth, Func<double, double> law) => new()
    {
        Label = label,
        Growth = growth,
        Index = index,
        Points = new(_sizes, [.. _sizes.Select(law)]),
        Theory = new(_sizes, [.. _sizes.Select(law)]),
    };
}
