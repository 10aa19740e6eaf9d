using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

/// <summary>Figures as bytes and pixels, and small tables to draw.</summary>
internal static class Pictures
{
    public static byte[] Png(IFigure figure)
    {
        using var stream = new MemoryStream();
        FigureWriter.WritePng(figure, stream, 1);
        return stream.ToArray();
    }

    public static string Svg(IFigure figure)
    {
        using var stream = new MemoryStream();
        FigureWriter.WriteSvg(figure, stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A white canvas of the given size that something is drawn on at scale 1.</summary>
    public static SKBitmap Draw(int width, int height, Action<SKCanvas> draw)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        draw(canvas);
        return bitmap;
    }

    /// <summary>The number of pixels in a rectangle that satisfy a condition.</summary>
    public static int Count(SKBitmap bitmap, SKRectI area, Func<SKColor, bool> condition)
    {
        var count = 0;
        for (var y = Math.Max(0, area.Top); y < Math.Min(bitmap.Height, area.Bottom); y++)
        {
            for (var x = Math.Max(0, area.Left); x < Math.Min(bitmap.Width, area.Right); x++)
            {
                count += condition(bitmap.GetPixel(x, y)) ? 1 : 0;
            }
        }

        return count;
    }

    public static int Ink(SKBitmap bitmap, SKRectI area) => Count(bitmap, area, colour => colour != SKColors.White);

    /// <summary>Whether one colour is near another, in each channel.</summary>
    public static bool IsNear(SKColor a, SKColor b, int tolerance = 12) =>
        Math.Abs(a.Red - b.Red) <= tolerance && Math.Abs(a.Green - b.Green) <= tolerance && Math.Abs(a.Blue - b.Blue) <= tolerance;

    /// <summary>Seeded Gaussian points, [rows, columns].</summary>
    public static PointTable Normal(int rows, int columns = 2, int seed = 1)
    {
        var random = new Random(seed);
        var values = new double[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        }

        return Table(columns, values);
    }

    public static PointTable Table(int columns, params double[] values) => new([.. Enumerable.Range(1, columns).Select(i => $"column {i}")], values);

    /// <summary>A standard normal density on a square from −4 to 4.</summary>
    public static DensityField Bell(int cells = 60, double width = 1)
    {
        var limits = new DataLimits(-4, 4);
        var centres = DensityField.CellCentres(limits, cells);
        var log = new double[cells * cells];
        for (var row = 0; row < cells; row++)
        {
            for (var column = 0; column < cells; column++)
            {
                log[(row * cells) + column] = -Math.Log(2 * Math.PI * width * width) - (((centres[column] * centres[column]) + (centres[row] * centres[row])) / (2 * width * width));
            }
        }

        return DensityField.FromLogDensities(limits, limits, cells, cells, log);
    }
}
