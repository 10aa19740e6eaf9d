using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Draws points so that any number of them stays legible: discs, fainter and smaller the more there are, and beyond
/// <see cref="MostDiscs"/> a two-dimensional histogram.</summary>
internal static class ScatterLayer
{
    /// <summary>The greatest number of points drawn as discs.</summary>
    public const int MostDiscs = 20_000;

    // Beyond this many, discs go through a picture: an SVG of 20,000 circles takes a browser a second to show.
    private const int MostVectorDiscs = 2_500;

    // A pair plot has many panels, so each may hold fewer.
    private const int MostMixedVectorDiscs = 400;

    /// <summary>Draws the points that lie within <paramref name="area"/>; NaN and infinite ones are left out.</summary>
    public static void Draw(SKCanvas canvas, PlotArea area, ReadOnlySpan<double> x, ReadOnlySpan<double> y, SKColor colour)
    {
        var points = Visible(area, x, y);
        if (points.Count > MostDiscs)
        {
            DrawCounts(canvas, area, points, ColourMap.Ink(colour));
        }
        else
        {
            DrawDiscs(canvas, area, points.ConvertAll(point => (point, colour)), MostVectorDiscs);
        }
    }

    /// <summary>Draws two sets of points in turns, so that neither hides the other.</summary>
    public static void DrawMixed(SKCanvas canvas, PlotArea area, (double[] X, double[] Y, SKColor Colour) first, (double[] X, double[] Y, SKColor Colour) second)
    {
        var (a, b) = (Visible(area, first.X, first.Y), Visible(area, second.X, second.Y));
        var mixed = new List<(SKPoint, SKColor)>(a.Count + b.Count);
        var (i, j) = (0, 0);
        while (i < a.Count || j < b.Count)
        {
            var isFirst = j == b.Count || (i < a.Count && (long)i * b.Count <= (long)j * a.Count);
            mixed.Add(isFirst ? (a[i++], first.Colour) : (b[j++], second.Colour));
        }

        DrawDiscs(canvas, area, mixed, MostMixedVectorDiscs);
    }

    private static List<SKPoint> Visible(PlotArea area, ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var points = new List<SKPoint>(Math.Min(x.Length, 1 << 20));
        for (var i = 0; i < x.Length; i++)
        {
            if (area.Contains(x[i], y[i]))
            {
                points.Add(area.ToPixel(x[i], y[i]));
            }
        }

        return points;
    }

    private static void DrawDiscs(SKCanvas canvas, PlotArea area, List<(SKPoint, SKColor)> points, int mostVectorDiscs)
    {
        canvas.Save();
        canvas.ClipRect(area.Frame);
        if (points.Count > mostVectorDiscs)
        {
            DrawThroughPicture(canvas, area, points);
        }
        else
        {
            DrawEach(canvas, area, points);
        }

        canvas.Restore();
    }

    private static void DrawEach(SKCanvas canvas, PlotArea area, List<(SKPoint Centre, SKColor Colour)> points)
    {
        // A disc covers enough for one point to be seen, and all discs together about half the frame at most.
        var share = points.Count / (area.Frame.Width * area.Frame.Height);
        var radius = Math.Clamp(0.55f / MathF.Sqrt(share + 1e-6f), 0.9f, 3.2f);
        var alpha = Math.Clamp(0.35f / (share * MathF.PI * radius * radius), 0.3f, 0.8f);
        using var paint = new SKPaint { IsAntialias = true };
        foreach (var (centre, colour) in points)
        {
            paint.Color = colour.WithAlpha((byte)(255 * alpha));
            canvas.DrawCircle(centre, radius, paint);
        }
    }

    private static void DrawThroughPicture(SKCanvas canvas, PlotArea area, List<(SKPoint, SKColor)> points)
    {
        var scale = Math.Clamp(Math.Abs(canvas.TotalMatrix.ScaleX), 2, 4);
        var frame = area.Frame;
        var info = new SKImageInfo((int)MathF.Ceiling(frame.Width * scale), (int)MathF.Ceiling(frame.Height * scale), SKColorType.Rgba8888, SKAlphaType.Premul);
        using var surface = SKSurface.Create(info);
        surface.Canvas.Clear(SKColors.Transparent);
        surface.Canvas.Scale(scale);
        surface.Canvas.Translate(-frame.Left, -frame.Top);
        DrawEach(surface.Canvas, area, points);
        using var image = surface.Snapshot();
        using var paint = new SKPaint();
        canvas.DrawImage(image, SKRect.Create(frame.Left, frame.Top, image.Width / scale, image.Height / scale), new SKSamplingOptions(SKFilterMode.Linear), paint);
    }

    private static void DrawCounts(SKCanvas canvas, PlotArea area, List<SKPoint> points, ColourMap map)
    {
        // Enough cells for detail, few enough for several points in each where they are dense.
        var cell = Math.Clamp(area.Frame.Width / MathF.Sqrt(points.Count), 1.5f, 6);
        var (columns, rows) = ((int)MathF.Ceiling(area.Frame.Width / cell), (int)MathF.Ceiling(area.Frame.Height / cell));
        var counts = new double[columns * rows];
        foreach (var point in points)
        {
            var column = Math.Clamp((int)((point.X - area.Frame.Left) / area.Frame.Width * columns), 0, columns - 1);
            var row = Math.Clamp((int)((area.Frame.Bottom - point.Y) / area.Frame.Height * rows), 0, rows - 1);
            counts[(row * columns) + column]++;
        }

        var scale = ColourScale.ForDensity(counts) with { Exponent = 0.6 };
        foreach (ref var count in counts.AsSpan())
        {
            count = count == 0 ? double.NaN : count; // nothing is drawn where nothing is, so that the grid shows
        }

        new DensityField(area.X, area.Y, columns, rows, counts).Draw(canvas, area, map, scale);
    }
}
