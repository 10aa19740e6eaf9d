using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Draws curves with gaps, bands and marks.</summary>
internal static class CurveLayer
{
    /// <summary>Draws a polyline; a value alone between gaps becomes a dot.</summary>
    /// <remarks>Of many points to a pixel column only the lowest and highest are drawn, which looks the same.</remarks>
    public static void DrawLine(SKCanvas canvas, PlotArea area, DataSeries series, SKColor colour, float width)
    {
        using var line = FigureStyle.Line(colour, width);
        using var dot = FigureStyle.Fill(colour);
        using var builder = new SKPathBuilder();
        var isDense = series.Values.Length > 4 * area.Frame.Width;
        foreach (var (start, end) in Runs(series))
        {
            if (end - start == 1)
            {
                canvas.DrawCircle(area.ToPixel(series.Positions[start], series.Values[start]), Math.Max(1.5f, width), dot);
                continue;
            }

            var points = new List<SKPoint>();
            for (var i = start; i < end; i++)
            {
                points.Add(area.ToPixel(series.Positions[i], series.Values[i]));
            }

            builder.AddPoly((isDense ? Thinned(points) : points).ToArray(), false);
        }

        using var path = builder.Detach();
        canvas.DrawPath(path, line);
    }

    /// <summary>Fills the band of one standard error either way, where there are errors.</summary>
    public static void DrawBand(SKCanvas canvas, PlotArea area, DataSeries series, SKColor colour)
    {
        if (series.StandardErrors is not { } errors)
        {
            return;
        }

        using var fill = FigureStyle.Fill(colour);
        using var builder = new SKPathBuilder();
        foreach (var (start, end) in Runs(series))
        {
            var upper = new List<SKPoint>();
            var lower = new List<SKPoint>();
            for (var i = start; i < end; i++)
            {
                var error = double.IsFinite(errors[i]) ? errors[i] : 0;
                upper.Add(area.ToPixel(series.Positions[i], series.Values[i] + error));
                lower.Add(area.ToPixel(series.Positions[i], series.Values[i] - error));
            }

            lower.Reverse();
            builder.AddPoly([.. upper, .. lower], true);
        }

        using var path = builder.Detach();
        canvas.DrawPath(path, fill);
    }

    /// <summary>Draws a disc at each value, smaller when there are many, with its standard error as a bar where points stand apart.</summary>
    public static void DrawMarks(SKCanvas canvas, PlotArea area, DataSeries series, SKColor colour)
    {
        var radius = Math.Clamp(area.Frame.Width / (3f * Math.Max(1, series.Values.Length)), 1.2f, 3);
        using var fill = FigureStyle.Fill(colour);
        using var line = FigureStyle.Line(colour, 1.2f);
        for (var i = 0; i < series.Values.Length; i++)
        {
            if (!DataLimits.IsDrawable(series.Values[i]))
            {
                continue;
            }

            var centre = area.ToPixel(series.Positions[i], series.Values[i]);
            canvas.DrawCircle(centre, radius, fill);
            if (radius >= 3 && series.StandardErrors is { } errors && double.IsFinite(errors[i]))
            {
                canvas.DrawLine(centre.X, area.ToPixelY(series.Values[i] - errors[i]), centre.X, area.ToPixelY(series.Values[i] + errors[i]), line);
            }
        }
    }

    private static IEnumerable<(int Start, int End)> Runs(DataSeries series)
    {
        var start = 0;
        for (var i = 0; i <= series.Values.Length; i++)
        {
            if (i < series.Values.Length && DataLimits.IsDrawable(series.Values[i]))
            {
                continue;
            }

            if (i > start)
            {
                yield return (start, i);
            }

            start = i + 1;
        }
    }

    private static List<SKPoint> Thinned(List<SKPoint> points)
    {
        var thinned = new List<SKPoint>();
        for (var i = 0; i < points.Count;)
        {
            var column = MathF.Floor(2 * points[i].X);
            var (low, high) = (i, i);
            for (; i < points.Count && MathF.Floor(2 * points[i].X) == column; i++)
            {
                low = points[i].Y < points[low].Y ? i : low;
                high = points[i].Y > points[high].Y ? i : high;
            }

            thinned.Add(points[Math.Min(low, high)]);
            if (low != high)
            {
                thinned.Add(points[Math.Max(low, high)]);
            }
        }

        return thinned;
    }
}
