using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>A small picture written pixel by pixel and then drawn into a rectangle; row 0 is the top.</summary>
internal sealed unsafe class PixelImage : IDisposable
{
    private readonly SKBitmap _bitmap;
    private readonly uint* _pixels;
    private readonly int _stride;

    /// <summary>A picture of <paramref name="columns"/> by <paramref name="rows"/> transparent pixels.</summary>
    public PixelImage(int columns, int rows)
    {
        _bitmap = new SKBitmap(new SKImageInfo(columns, rows, SKColorType.Rgba8888, SKAlphaType.Premul));
        _bitmap.Erase(SKColors.Transparent);
        _pixels = (uint*)_bitmap.GetPixels();
        _stride = _bitmap.RowBytes / sizeof(uint);
    }

    /// <summary>Sets a pixel, which must lie inside, to a colour that is opaque or fully transparent.</summary>
    public SKColor this[int column, int row]
    {
        set => _pixels[(row * _stride) + column] =
            value.Red | ((uint)value.Green << 8) | ((uint)value.Blue << 16) | ((uint)value.Alpha << 24);
    }

    /// <summary>Draws the picture over <paramref name="into"/>, smooth between pixels.</summary>
    public void Draw(SKCanvas canvas, SKRect into) => Draw(canvas, into, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));

    /// <summary>Draws the picture over <paramref name="into"/>, each pixel a rectangle.</summary>
    public void DrawSharp(SKCanvas canvas, SKRect into) => Draw(canvas, into, new SKSamplingOptions(SKFilterMode.Nearest));

    /// <inheritdoc/>
    public void Dispose() => _bitmap.Dispose();

    private void Draw(SKCanvas canvas, SKRect into, SKSamplingOptions sampling)
    {
        using var image = SKImage.FromBitmap(_bitmap);
        using var paint = new SKPaint { IsAntialias = false };
        canvas.DrawImage(image, into, sampling, paint);
    }
}
