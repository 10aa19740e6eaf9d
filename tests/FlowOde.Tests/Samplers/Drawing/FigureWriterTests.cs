using System.Text;
using System.Xml.Linq;
using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class FigureWriterTests
{
    private static readonly DensityFigure _figure = new() { Density = Pictures.Bell(), Title = "Bell", XTitle = "x & y", Points = Pictures.Normal(50) };

    public static TheoryData<string> Formats => ["png", "webp", "svg", "pdf"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Write_TheSameFigureTwice_GivesTheSameBytesOnAnOpenStream(string format)
    {
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        Write(format, first);
        Write(format, second);

        Assert.True(first.CanWrite);
        Assert.True(first.Length > 1000, $"{first.Length} bytes");
        Assert.True(first.ToArray().AsSpan().SequenceEqual(second.ToArray()));
    }

    [Fact]
    public void WritePng_AtAScale_DecodesToThatManyPixels()
    {
        using var stream = new MemoryStream();
        FigureWriter.WritePng(_figure, stream, 1.5f);
        using var decoded = SKBitmap.Decode(stream.ToArray());

        Assert.Equal(MathF.Ceiling(_figure.Size.Width * 1.5f), decoded.Width);
        Assert.Equal(MathF.Ceiling(_figure.Size.Height * 1.5f), decoded.Height);
    }

    [Fact]
    public void WriteWebp_OfAFigure_HasThePixelsOfThePng()
    {
        using var stream = new MemoryStream();
        FigureWriter.WriteWebp(_figure, stream, 1);
        using var webp = SKBitmap.Decode(stream.ToArray());
        using var png = SKBitmap.Decode(Pictures.Png(_figure));

        Assert.Equal(png.Pixels, webp.Pixels);
    }

    [Fact]
    public void WriteSvg_OfAFigure_IsXmlWithTextImageAndCircles()
    {
        var root = XDocument.Parse(Pictures.Svg(_figure)).Root!;
        var names = root.Descendants().Select(element => element.Name.LocalName).ToArray();
        var texts = root.Descendants().Where(element => element.Name.LocalName == "text").ToArray();

        Assert.Equal("svg", root.Name.LocalName);
        Assert.Equal(50, names.Count(name => name is "circle" or "ellipse"));
        Assert.Contains("image", names);
        Assert.Contains(texts, text => text.Value.Trim() == "Bell");
        Assert.Contains(texts, text => text.Value.Trim() == "x & y");
        Assert.All(texts, text => Assert.Equal("DejaVu Sans, Verdana, sans-serif", (string?)text.Attribute("font-family")));
    }

    [Fact]
    public void WritePdf_OfAFigure_IsOnePageOfItsSizeWithTheFont()
    {
        using var stream = new MemoryStream();
        FigureWriter.WritePdf(_figure, stream);
        var text = Encoding.Latin1.GetString(stream.ToArray());

        Assert.StartsWith("%PDF-", text, StringComparison.Ordinal);
        Assert.EndsWith("%%EOF", text.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains($"/MediaBox [0 0 {_figure.Size.Width:0.##} {_figure.Size.Height:0.##}]", text, StringComparison.Ordinal);
        Assert.Contains("DejaVuSans", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(float.NaN)]
    [InlineData(1000)]
    public void WritePng_AtAnImpossibleScale_Throws(float scale) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FigureWriter.WritePng(_figure, Stream.Null, scale));

    private static void Write(string format, Stream stream)
    {
        switch (format)
        {
            case "png":
                FigureWriter.WritePng(_figure, stream);
                break;
            case "webp":
                FigureWriter.WriteWebp(_figure, stream, 1);
                break;
            case "svg":
                FigureWriter.WriteSvg(_figure, stream);
                break;
            default:
                FigureWriter.WritePdf(_figure, stream);
                break;
        }
    }
}
