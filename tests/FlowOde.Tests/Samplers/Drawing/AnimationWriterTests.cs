using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class AnimationWriterTests
{
    private static readonly AnimationFrame[] _frames = [.. Enumerable.Range(0, 6).Select(i => new AnimationFrame(Figure(1.5 - (0.2 * i)), TimeSpan.FromMilliseconds(40 + i)))];

    [Fact]
    public void WriteWebp_Frames_DecodesToAsManyWithTheirDurations()
    {
        using var stream = new MemoryStream();
        AnimationWriter.WriteWebp(_frames, stream);
        stream.Position = 0;
        using var codec = SKCodec.Create(stream);

        Assert.Equal(_frames.Length, codec.FrameCount);
        Assert.Equal(_frames.Select(frame => (int)frame.Duration.TotalMilliseconds), codec.FrameInfo.Select(info => info.Duration));
        Assert.Equal(-1, codec.RepetitionCount); // for ever
        Assert.Equal(_frames[0].Figure.Size.Width, codec.Info.Width);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(100, 4)]
    public void WriteStrip_OfFrames_IsThatManyWide(int most, int columns)
    {
        using var stream = new MemoryStream();
        AnimationWriter.WriteStrip(_frames, stream, most);
        using var strip = SKBitmap.Decode(stream.ToArray());

        Assert.Equal(columns * _frames[0].Figure.Size.Width, strip.Width);
        Assert.Equal(most > 4 ? 2 * _frames[0].Figure.Size.Height : _frames[0].Figure.Size.Height, strip.Height);
    }

    [Fact]
    public void WriteStrip_OfTwo_ShowsFirstAndLast()
    {
        using var stream = new MemoryStream();
        AnimationWriter.WriteStrip(_frames, stream, 2);
        using var expected = new MemoryStream();
        FigureWriter.WritePng(new FilmStripFigure([_frames[0].Figure, _frames[^1].Figure]), expected, 1);

        Assert.Equal(expected.ToArray(), stream.ToArray());
    }

    [Fact]
    public void WriteWebp_OfUnequalOrTimelessOrNoFrames_Throws()
    {
        var larger = new AnimationFrame(Figure(1) with { PanelSide = 120 }, TimeSpan.FromMilliseconds(40));

        Assert.Contains("frame 6", Assert.Throws<ArgumentException>(() => AnimationWriter.WriteWebp([.. _frames, larger], Stream.Null)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AnimationWriter.WriteWebp([_frames[0] with { Duration = TimeSpan.Zero }], Stream.Null));
        Assert.Throws<ArgumentException>(() => AnimationWriter.WriteWebp([], Stream.Null));
        Assert.Throws<ArgumentException>(() => new FilmStripFigure([]));
    }

    private static DensityFigure Figure(double width) => new() { Density = Pictures.Bell(30, width), PanelSide = 100, Scale = new ColourScale { Limits = new DataLimits(0, 0.4) } };
}
