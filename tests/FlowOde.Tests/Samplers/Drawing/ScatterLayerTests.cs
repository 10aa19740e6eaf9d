using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class ScatterLayerTests
{
    private static readonly PlotArea _area = new(new SKRect(10, 10, 210, 210), new DataLimits(-4, 4), new DataLimits(-4, 4));

    [Theory]
    [InlineData(1)]
    [InlineData(3_000)]
    [InlineData(20_001)]
    public void Draw_PointsAtOnePlace_InksThatPlaceAndNothingOutsideTheFrame(int count)
    {
        var x = Enumerable.Repeat(2.0, count).ToArray();
        var y = Enumerable.Repeat(-3.0, count).ToArray();
        using var bitmap = Pictures.Draw(220, 220, canvas => ScatterLayer.Draw(canvas, _area, x, y, FigureStyle.Data));
        var centre = _area.ToPixel(2, -3);
        var near = SKRectI.Create((int)centre.X - 6, (int)centre.Y - 6, 12, 12);

        Assert.InRange(Pictures.Ink(bitmap, near), 1, 144);
        Assert.Equal(Pictures.Ink(bitmap, near), Pictures.Ink(bitmap, new SKRectI(0, 0, 220, 220)));
    }

    [Theory]
    [InlineData(150)]
    [InlineData(1500)]
    public void DrawMixed_TwoLikeSets_ShowsAsMuchOfEach(int count)
    {
        var (a, b) = (Pictures.Normal(count, seed: 3), Pictures.Normal(count, seed: 4));
        using var bitmap = Pictures.Draw(220, 220, canvas => ScatterLayer.DrawMixed(
            canvas, _area, (a.Column(0), a.Column(1), FigureStyle.Data), (b.Column(0), b.Column(1), FigureStyle.Samples)));
        var blue = Pictures.Count(bitmap, new SKRectI(0, 0, 220, 220), colour => colour.Blue > colour.Red + 20);
        var orange = Pictures.Count(bitmap, new SKRectI(0, 0, 220, 220), colour => colour.Red > colour.Blue + 20);

        // Drawn one set after the other, the first keeps less than half the second's area at 1500 points.
        Assert.InRange((double)blue / orange, 0.75, 1.33);
    }

    [Fact]
    public void DrawMixed_OneSetEmpty_DrawsTheOther()
    {
        using var bitmap = Pictures.Draw(220, 220, canvas => ScatterLayer.DrawMixed(canvas, _area, ([], [], FigureStyle.Data), ([0], [0], FigureStyle.Samples)));

        Assert.True(Pictures.Ink(bitmap, new SKRectI(100, 100, 120, 120)) > 4);
    }

    [Fact]
    public void Draw_ManyPoints_KeepsAnSvgSmall()
    {
        var many = Pictures.Normal(20_000);
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, 220, 220), stream))
        {
            ScatterLayer.Draw(canvas, _area, many.Column(0), many.Column(1), FigureStyle.Data);
        }

        Assert.InRange(stream.Length, 1_000, 600_000);
    }
}
