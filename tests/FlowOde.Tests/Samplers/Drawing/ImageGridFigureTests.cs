using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

/// <summary>Grids and folders of images, pixel for pixel.</summary>
public sealed class ImageGridFigureTests
{
    [Fact]
    public void Write_OfAGrid_ShowsEachPixelAsASquareOfItsBrightness()
    {
        var images = ImageTiles.OfLevels([0, 16, 8, 0, 16, 16, 0, 0], 17, (1, 2, 2));
        var figure = new ImageGridFigure { Images = images, Columns = 2 };
        using var stream = new MemoryStream();
        FigureWriter.WritePng(figure, stream, 1);
        using var bitmap = SKBitmap.Decode(stream.ToArray());
        Assert.Equal(((int)figure.Size.Width, (int)figure.Size.Height), (bitmap.Width, bitmap.Height));
        Assert.Equal([0, 255, 128, 0], new[] { (0, 0), (1, 0), (0, 1), (1, 1) }.Select(at => (int)bitmap.GetPixel(18 + 14 + (28 * at.Item1), 18 + 14 + (28 * at.Item2)).Red));
        Assert.Equal(255, bitmap.GetPixel(18 + 60 + 14, 18 + 14).Red);
    }

    [Fact]
    public void Size_WithTitlesAndCaptions_HasRoomForThem()
    {
        var images = ImageTiles.OfLevels(new double[12], 2, (3, 1, 1));
        var plain = new ImageGridFigure { Images = images, Columns = 4 };
        Assert.True((plain with { ColumnTitles = ["a", "b"] }).Size.Height > plain.Size.Height);
        Assert.True((plain with { Captions = ["1", "2", "3", "4"] }).Size.Height > plain.Size.Height);
        Assert.True((plain with { Columns = 1 }).Size.Height > 3 * 56);
    }

    [Fact]
    public void Write_IntoAFolder_WritesEachImageOnceAndNeverOverAnother()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"flowode-{Guid.NewGuid():N}");
        try
        {
            var images = ImageTiles.OfLevels([255, 0, 0, 0, 255, 0], 256, (3, 1, 1));
            var files = ImageFolderWriter.Write(folder, images, ["a/b", ""]);
            Assert.Equal(["a_b-000001.png", "000002.png"], files.Select(file => Path.GetFileName(file)));
            using var first = SKBitmap.Decode(files[0]);
            using var second = SKBitmap.Decode(files[1]);
            Assert.Equal((new SKColor(255, 0, 0), new SKColor(0, 255, 0)), (first.GetPixel(0, 0), second.GetPixel(0, 0)));
            Assert.Contains("000002.png", Assert.Throws<IOException>(() => ImageFolderWriter.Write(folder, images, ["", ""])).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void OfLevels_OfOtherChannels_IsRefused() => Assert.Throws<ArgumentException>(() => ImageTiles.OfLevels(new double[4], 2, (2, 1, 1)));
}
