using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class ConfusionFigureTests
{
    [Fact]
    public void Write_OfCounts_ColoursCellsByTheirShareOfTheRow()
    {
        var figure = new ConfusionFigure { Counts = [[10, 0], [50, 50]], Names = ["a", "b"] };
        using var stream = new MemoryStream();
        FigureWriter.WritePng(figure, stream, 1);
        using var bitmap = SKBitmap.Decode(stream.ToArray());
        float side = 46, left = 18 + 24, top = figure.Size.Height - 18 - (2 * side);
        left = Enumerable.Range((int)left, 60).First(x => bitmap.GetPixel(x, (int)(top + 8)).Blue > bitmap.GetPixel(x, (int)(top + 8)).Red + 40);
        int Red(int row, int column) => bitmap.GetPixel((int)(left + (column * side) + 8), (int)(top + (row * side) + 8)).Red;
        Assert.Equal(255, Red(0, 1));
        Assert.InRange(Red(1, 0), Red(0, 0) + 1, 254);
        Assert.Equal(Red(1, 0), Red(1, 1));
    }

    [Fact]
    public void Size_OfManyClasses_StaysOnAPage()
    {
        int[][] counts = [.. Enumerable.Range(0, 40).Select(_ => new int[40])];
        Assert.InRange(new ConfusionFigure { Counts = counts, Names = [.. Enumerable.Range(0, 40).Select(i => $"a rather long name {i}")] }.Size.Width, 600, 900);
    }

    [Fact]
    public void Counts_ThatAreNoSquare_AreRefused() =>
        Assert.Throws<ArgumentException>(() => new ConfusionFigure { Counts = [[1, 2]], Names = ["a"] });
}
