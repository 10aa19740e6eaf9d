using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Draws points so that any number of them stays legible: discs, fainter and smaller the more there are, and beyond
/// <see cref="MostDiscs"/> a two-dimensional histogram.</summary>
internal static class ScatterLayer
{
    /// <summary>The greatest number of points drawn as discs.</summary>
    public const int MostDiscs = 20_000;

    // Beyond this many, discs go through a picture: an SVG of 20,000 circles takes a browser a second to show.
    private const int MostVectorDiscs = 4_000;

    /// <summary>Draws the points that lie within <paramref name="area"/>; NaN and infinite ones are left out.</summary>
    public static void Draw(SKCanvas canvas, PlotArea area, ReadOnlySpan<double> x, ReadOnlySpan<double> y, SKColor colour)
    {
        var points = Visible(area, x, y);
        canvas.Save();
        canvas.ClipRect(area.Frame);
        if (points.Count > MostDiscs)
        {
            DrawCounts(canvas, area, points, ColourMap.Ink(colour));
        }
        else if (points.Count > MostVectorDiscs)
        {
            DrawThroughPicture(canvas, area, points, colour);
        }
        else
        {
            DrawDiscs(canvas, area, points, colour);
        }

        canvas.Restore();
    }

    /// <summary>Draws a histogram of the points on a grid of as many cells as points, within limits.</summary>
    public static void DrawCounts(SKCanvas canvas, PlotArea area, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ColourMap map) =>
        DrawCounts(canvas, area, Visible(area, x, y), map);

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

    private static void DrawDiscs(SKCanvas canvas, PlotArea area, List<SKPoint> points, SKColor colour)
    {
        // A disc covers enough for one point to be seen, and all discs together about half the frame at most.
        var share = points.Count / (area.Frame.Width * area.Frame.Height);
        var radius = Math.Clamp(0.55f / MathF.Sqrt(share + 1e-6f), 0.9f, 3.2f);
        var alpha = Math.Clamp(0.35f / (share * MathF.PI * radius * radius), 0.3f, 0.8f);
        using var paint = FigureStyle.Fill(colour.WithAlpha((byte)(255 * alpha)));
        foreach (var point in points)
        {
            canvas.DrawCircle(point, radius, paint);
        }
    }

    private static void DrawThroughPicture(SKCanvas canvas, PlotArea area, List<SKPoint> points, SKColor colour)
    {
        var scale = Math.Clamp(Math.Abs(canvas.TotalMatrix.ScaleX), 2, 4);
        var frame = area.Frame;
        using var surface = SKSurface.Create(new SKImageInfo((int)MathF.Ceiling(frame.Width * scale), (int)MathF.Ceiling(frame.Height * scale)));
        surface.Canvas.Scale(scale);
        surface.Canvas.Translate(-frame.Left, -frame.Top);
        DrawDiscs(surface.Canvas, area, points, colour);
        using var image = surface.Snapshot();
        using var paint = new SKPaint();
        canvas.DrawImage(image, SKRect.Create(frame.Left, frame.Top, image.Width / scale, image.Height / scale), new SKSamplingOptions(SKFilterMode.Linear), paint);
    }

    private static void DrawCounts(SKCanvas canvas, PlotArea area, List<SKPoint> points, ColourMap map)
    {
        // Enough cells for detail, few enough for several points in each.
        var cell = Math.Clamp(area.Frame.Width / (MathF.Sqrt(points.Count + 1)), 1.5f, 6);
        var columns = Math.Max(1, (int)(area.Frame.Width / cell));
        var rows = Math.Max(1, (int)(area.Frame.Height / cell));
        var counts = new double[columns * rows];
        foreach (var point in points)
        {
            var column = Math.Min((int)((point.X - area.Frame.Left) / area.Frame.Width * columns), columns - 1);
            var row = Math.Min((int)((area.Frame.Bottom - point.Y) / area.Frame.Height * rows), rows - 1);
            counts[(Math.Max(0, row) * columns) + Math.Max(0, column)]++;
        }

        var scale = ColourScale.ForDensity(counts) with { Exponent = 0.6 };
        new DensityField(area.X, area.Y, columns, rows, counts).Draw(canvas, area, map, scale);
    }
}
