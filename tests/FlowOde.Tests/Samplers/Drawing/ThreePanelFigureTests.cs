using System.Diagnostics;
using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class ThreePanelFigureTests
{
    private static readonly ThreePanelFigure _plain = new() { Data = Pictures.Normal(300), Samples = Pictures.Normal(300, seed: 2), Density = Pictures.Bell() };

    [Fact]
    public void Draw_DensityPanels_AreTheSameBytesTwice() => Assert.Equal(Pictures.Png(_plain), Pictures.Png(_plain));

    [Fact]
    public void Draw_TitleAndCaption_LeavesInkAtTheTopAndShiftsTheRest()
    {
        var titled = _plain with { Title = "Title", Caption = "test NLL 8.95 ± 0.03 nats" };
        using var bitmap = FigureWriter.ToBitmap(titled, 1);

        Assert.True(Pictures.Ink(bitmap, new SKRectI(18, 18, 60, 40)) > 50, "no title");
        Assert.True(Pictures.Ink(bitmap, new SKRectI(18, 45, 200, 62)) > 100, "no caption");
        Assert.True(titled.Size.Height > _plain.Size.Height + 30);
        Assert.Equal(_plain.Size.Width, titled.Size.Width);
    }

    [Fact]
    public void Draw_PointsInOneCorner_ColoursThatCornerOfItsPanelOnly()
    {
        var figure = _plain with { Data = Pictures.Table(2, [.. Enumerable.Repeat(3.5, 20)]), Samples = Pictures.Table(2, [.. Enumerable.Repeat(-3.5, 20)]) };
        using var bitmap = FigureWriter.ToBitmap(figure, 1);
        var third = bitmap.Width / 3;

        // Both are 0.5 from the corner of a square from −4 to 4: data at the top right of the first panel, samples at the bottom left of the last.
        var data = Centre(bitmap, new SKRectI(0, 0, third, bitmap.Height), FigureStyle.Data);
        var samples = Centre(bitmap, new SKRectI(2 * third, 0, bitmap.Width, bitmap.Height), FigureStyle.Samples);
        Assert.True(data.X > third * 0.7 && data.Y < bitmap.Height * 0.35, $"data at {data}");
        Assert.True(samples.X < (2 * third) + (third * 0.5) && samples.Y > bitmap.Height * 0.6, $"samples at {samples}");
    }

    [Fact]
    public void Size_WithTheTrueDensity_HasAFourthPanel()
    {
        var withTruth = _plain with { TrueDensity = Pictures.Bell(40, 0.8) };

        Assert.InRange(withTruth.Size.Width - _plain.Size.Width, _plain.PanelSide, _plain.PanelSide + 60);
        Assert.NotEmpty(Pictures.Png(withTruth));
    }

    [Fact]
    public void Size_OfWidePanelsWithEqualUnits_StacksThem()
    {
        var wide = _plain with { Density = new DensityField(new DataLimits(-180, 180), new DataLimits(-80, 80), 2, 2, new double[4]), Aspect = PlotAspect.EqualUnits };

        Assert.True(wide.Size.Height > wide.Size.Width, $"{wide.Size}");
    }

    public static TheoryData<string, PointTable> Extremes => new()
    {
        { "none", Pictures.Table(2) },
        { "one", Pictures.Table(2, 1, 1) },
        { "NaN", Pictures.Table(2, double.NaN, 1, 2, double.NegativeInfinity) },
        { "huge", Pictures.Table(2, 1e300, -1e300, 0, 1) },
        { "equal", Pictures.Table(2, [.. Enumerable.Repeat(1.0, 100)]) },
        { "as many as discs", Pictures.Normal(ScatterLayer.MostDiscs) },
        { "one too many for discs", Pictures.Normal(ScatterLayer.MostDiscs + 1) },
        { "long names", new PointTable([new string('w', 500), "日本\n\t"], [1, 2]) },
    };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Draw_ExtremePoints_DrawsThemAll(string name, PointTable points)
    {
        foreach (var limits in new[] { new DataLimits(-4, 4), DataLimits.Robust(points.Column(0)), new DataLimits(-1e306, 1e306) })
        {
            var field = new DensityField(limits, limits, 2, 2, [double.NaN, 0, 1e300, double.PositiveInfinity]);
            Assert.True(Pictures.Png(_plain with { Data = points, Samples = points, Density = field, Title = name }).Length > 1000);
        }
    }

    [Fact]
    public void Draw_AMillionPoints_TakesUnderTwoSeconds()
    {
        var many = Pictures.Normal(1_000_000);
        var watch = Stopwatch.StartNew();
        var png = Pictures.Png(_plain with { Data = many });

        Assert.NotEmpty(png);
        Assert.True(watch.Elapsed.TotalSeconds < 2, $"{watch.Elapsed}"); // 0.1 s on two cores, so slow machines have room
    }

    [Fact]
    public void Data_OfThreeColumns_Throws()
    {
        var error = Assert.Throws<ArgumentException>(() => _plain with { Data = Pictures.Normal(10, 3) });

        Assert.Contains("these have 3", error.Message, StringComparison.Ordinal);
    }

    private static (double X, double Y) Centre(SKBitmap bitmap, SKRectI area, SKColor colour)
    {
        var found = from y in Enumerable.Range(area.Top, area.Height)
                    from x in Enumerable.Range(area.Left, area.Width)
                    where Pictures.IsNear(bitmap.GetPixel(x, y), colour, 25)
                    select (x, y);
        var pixels = found.ToArray();
        Assert.NotEmpty(pixels);
        return (pixels.Average(pixel => pixel.x), pixels.Average(pixel => pixel.y));
    }
}
