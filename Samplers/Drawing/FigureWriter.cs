using System.Text;
using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Writes figures to streams, which stay open; the same figure always gives the same bytes.</summary>
public static class FigureWriter
{
    /// <summary>The scale of pixel formats unless told: two pixels a point, sharp on screens of today.</summary>
    public const float DefaultScale = 2;

    /// <summary>The longest side of a picture in pixels; WebP's own bound is 16383.</summary>
    public const int LongestSide = 16_000;

    /// <summary>Writes a PNG of <paramref name="scale"/> pixels a point.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not positive, or a side would pass 16000 pixels.</exception>
    public static void WritePng(IFigure figure, Stream intoStream, float scale = DefaultScale) =>
        Encode(figure, intoStream, scale, pixmap => pixmap.Encode(SKPngEncoderOptions.Default), "PNG");

    /// <summary>Writes a lossless WebP of <paramref name="scale"/> pixels a point.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not positive, or a side would pass 16000 pixels.</exception>
    public static void WriteWebp(IFigure figure, Stream intoStream, float scale = DefaultScale) =>
        Encode(figure, intoStream, scale, pixmap => pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 75)), "WebP");

    /// <summary>Writes an SVG; its text stays text, set in DejaVu Sans or else Verdana, which is nearly as wide.</summary>
    public static void WriteSvg(IFigure figure, Stream intoStream)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentNullException.ThrowIfNull(intoStream);
        using var memory = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(SKRect.Create(figure.Size), memory))
        {
            figure.Draw(canvas);
        }

        var text = SvgNormalizer.Normalize(Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length));
        intoStream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes a PDF of one page, a 72nd of an inch a point, with the font inside.</summary>
    public static void WritePdf(IFigure figure, Stream intoStream)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentNullException.ThrowIfNull(intoStream);
        using var memory = new MemoryStream();
        using (var document = SKDocument.CreatePdf(memory, new SKDocumentPdfMetadata(200) { Producer = "FlowOde" }))
        {
            var canvas = document.BeginPage(figure.Size.Width, figure.Size.Height);
            figure.Draw(canvas);
            document.EndPage();
            document.Close();
        }

        memory.WriteTo(intoStream);
    }

    /// <summary>Draws a figure into a new bitmap of <paramref name="scale"/> pixels a point, which belongs to the caller.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not positive, or a side would pass 16000 pixels.</exception>
    public static SKBitmap ToBitmap(IFigure figure, float scale = DefaultScale)
    {
        ArgumentNullException.ThrowIfNull(figure);
        var size = figure.Size;
        var longest = MathF.Max(size.Width, size.Height) * scale;
        if (!(scale > 0) || longest > LongestSide)
        {
            throw new ArgumentOutOfRangeException(
                nameof(scale),
                scale,
                $"A figure of {size.Width} × {size.Height} points needs a scale above 0 and at most {LongestSide / MathF.Max(size.Width, size.Height):F2}.");
        }

        var info = new SKImageInfo(Pixels(size.Width, scale), Pixels(size.Height, scale), SKColorType.Rgba8888, SKAlphaType.Premul);
        var bitmap = new SKBitmap(info);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        canvas.Scale(scale);
        figure.Draw(canvas);
        canvas.Flush();
        return bitmap;
    }

    private static int Pixels(float points, float scale) => Math.Max(1, (int)MathF.Ceiling(points * scale));

    private static void Encode(IFigure figure, Stream intoStream, float scale, Func<SKPixmap, SKData?> encode, string format)
    {
        ArgumentNullException.ThrowIfNull(intoStream);
        using var bitmap = ToBitmap(figure, scale);
        using var pixmap = bitmap.PeekPixels();
        using var data = encode(pixmap)
            ?? throw new InvalidOperationException($"SkiaSharp could not encode {bitmap.Width} × {bitmap.Height} pixels as {format}.");
        data.SaveTo(intoStream);
    }
}
