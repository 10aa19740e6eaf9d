using FlowOde.Data.Pictures;
using FlowOde.Data.Randomness;
using FlowOde.Data.Tables;
using SkiaSharp;

namespace FlowOde.Tests.Data.Pictures;

public sealed class PictureDensityTests
{
    // Two rows of three pixels: 8/3 a side, x from −4 to 4, y from −8/3 to 8/3.
    private static readonly PictureDensity _small = new("p", [1, 0, 3, 2, 2, 0], 3);

    [Fact]
    public void LogDensity_OfASmallPicture_IsItsPixelsWithYUpward()
    {
        var area = 64.0 / 9;
        Assert.Equal(Math.Log(1 / (8 * area)), _small.LogDensity(-3.9, 2.6), 13);
        Assert.Equal(Math.Log(3 / (8 * area)), _small.LogDensity(3.9, 0.1), 13);
        Assert.Equal(Math.Log(2 / (8 * area)), _small.LogDensity(0, -0.1), 13);
        Assert.Equal(double.NegativeInfinity, _small.LogDensity(3.9, -2.6));
        Assert.Equal(double.NegativeInfinity, _small.LogDensity(0, 2.7));
        Assert.Equal(double.NegativeInfinity, _small.LogDensity(double.NaN, 0));
    }

    [Fact]
    public void Entropy_OfASmallPicture_IsItsFormula()
    {
        var expected = -new[] { 1, 3, 2, 2 }.Sum(weight => weight / 8.0 * Math.Log(weight / 8.0 / (64.0 / 9)));
        Assert.Equal(expected, _small.Entropy!.Value, 13);
    }

    [Fact]
    public void Sample_OfASmallPicture_HitsPixelsByWeightAndUniformly()
    {
        const int Count = 80000;
        var samples = new double[2 * Count];
        _small.Sample(new SplitMixSource(2), Count, samples);
        var hits = new double[6];
        double within = 0, log = 0;
        for (var i = 0; i < Count; i++)
        {
            var (x, y) = (samples[2 * i] * 3 / 8, samples[(2 * i) + 1] * 3 / 8);
            hits[((int)Math.Floor(1 - y) * 3) + (int)Math.Floor(x + 1.5)]++;
            within += x + 1.5 - Math.Floor(x + 1.5) + (1 - y) - Math.Floor(1 - y);
            log += _small.LogDensity(samples[2 * i], samples[(2 * i) + 1]);
        }

        // Four binomial standard errors are 0.007; a mean of uniform numbers has 0.0006.
        Assert.All(hits.Zip([1.0, 0, 3, 2, 2, 0]), hit => Assert.InRange((hit.First / Count) - (hit.Second / 8), -0.007, 0.007));
        Assert.Equal(0, hits[1] + hits[5]);
        Assert.InRange((within / Count) - 1, -0.006, 0.006);
        Assert.InRange((log / Count) + _small.Entropy!.Value, -0.008, 0.008);
    }

    [Fact]
    public void Read_OfAPicture_TakesLuminanceToneAndTransparency()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(2, 2, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.SetPixel(0, 0, new SKColor(255, 255, 255));
        bitmap.SetPixel(1, 0, new SKColor(0, 255, 0));
        bitmap.SetPixel(0, 1, new SKColor(255, 255, 255, 51));
        bitmap.SetPixel(1, 1, new SKColor(0, 0, 0));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using var stream = new MemoryStream(data.ToArray());
        var bright = PictureReader.Read(stream, "p.png", PictureTone.Bright);
        var total = 1 + 0.587 + 0.2;
        Assert.Equal(Math.Log(1 / total / 16), bright.LogDensity(-2, 2), 12);
        Assert.Equal(Math.Log(0.587 / total / 16), bright.LogDensity(2, 2), 12);
        Assert.Equal(Math.Log(0.2 / total / 16), bright.LogDensity(-2, -2), 12);
        stream.Position = 0;
        var dark = PictureReader.Read(stream, "p.png", PictureTone.Dark);
        Assert.Equal(Math.Log(1 / 1.413 / 16), dark.LogDensity(2, -2), 12);
        Assert.Equal(double.NegativeInfinity, dark.LogDensity(-2, 2));
    }

    [Fact]
    public void Read_OfBadPictures_SaysSo()
    {
        using var bitmap = new SKBitmap(64, 64);
        bitmap.Erase(SKColors.Black);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        Assert.Contains("no weight", Refusal(data.ToArray()), StringComparison.Ordinal);
        Assert.Contains("damaged or cut short", Refusal(data.ToArray()[..^30]), StringComparison.Ordinal);
        Assert.Contains("not a picture", Refusal([1, 2, 3]), StringComparison.Ordinal);
        Assert.Contains("empty", Refusal([]), StringComparison.Ordinal);
    }

    private static string Refusal(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return Assert.Throws<DataFormatException>(() => PictureReader.Read(stream, "p.png", PictureTone.Bright)).Message;
    }
}
