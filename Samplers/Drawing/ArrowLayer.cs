using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Draws a <see cref="VectorGrid"/> as arrows centred on its points, along the way a point would move on the page.</summary>
internal static class ArrowLayer
{
    private const float ShortestArrow = 3;

    /// <summary>Draws the arrows; the 85th percentile of their lengths fills a cell, longer ones are cut to it, the very short become dots.</summary>
    public static void Draw(SKCanvas canvas, PlotArea area, VectorGrid grid, SKColor colour)
    {
        var cell = Math.Min(area.Frame.Width / grid.Columns, area.Frame.Height / grid.Rows);
        var longest = Longest(area, grid);
        var xs = DensityField.CellCentres(grid.X, grid.Columns);
        var ys = DensityField.CellCentres(grid.Y, grid.Rows);
        using var line = FigureStyle.Line(colour, Math.Clamp(cell / 14, 1, 1.8f));
        using var fill = FigureStyle.Fill(colour);
        for (var row = 0; row < grid.Rows; row++)
        {
            for (var column = 0; column < grid.Columns; column++)
            {
                var (dx, dy) = OnPage(area, grid, (row * grid.Columns) + column);
                var length = Math.Sqrt((dx * dx) + (dy * dy));
                if (!double.IsFinite(length))
                {
                    continue;
                }

                var centre = area.ToPixel(xs[column], ys[row]);
                var drawn = longest > 0 ? (float)(Math.Min(1, length / longest) * 0.95 * cell) : 0;
                if (drawn < ShortestArrow)
                {
                    canvas.DrawCircle(centre, 1.1f, fill);
                    continue;
                }

                DrawArrow(canvas, centre, new SKPoint((float)(dx / length), (float)(dy / length)), drawn, line, fill);
            }
        }
    }

    // Lengths on the page in units of the frame, where 1 crosses it in a unit of time; down is positive as on the page.
    private static (double Dx, double Dy) OnPage(PlotArea area, VectorGrid grid, int index) =>
        (grid.U[index] / area.X.Span * area.Frame.Width / 1e3, -grid.V[index] / area.Y.Span * area.Frame.Height / 1e3);

    private static double Longest(PlotArea area, VectorGrid grid)
    {
        var lengths = new double[grid.U.Length];
        for (var i = 0; i < lengths.Length; i++)
        {
            var (dx, dy) = OnPage(area, grid, i);
            lengths[i] = Math.Sqrt((dx * dx) + (dy * dy));
        }

        var sorted = Percentiles.SortedDrawable(lengths);
        return sorted.Length == 0 ? 0 : Percentiles.Of(sorted, 0.85);
    }

    private static void DrawArrow(SKCanvas canvas, SKPoint centre, SKPoint direction, float length, SKPaint line, SKPaint fill)
    {
        var head = Math.Clamp(0.38f * length, 3, 8);
        var tail = new SKPoint(centre.X - (direction.X * length / 2), centre.Y - (direction.Y * length / 2));
        var tip = new SKPoint(centre.X + (direction.X * length / 2), centre.Y + (direction.Y * length / 2));
        var neck = new SKPoint(tip.X - (direction.X * head), tip.Y - (direction.Y * head));
        var side = new SKPoint(-direction.Y * head * 0.42f, direction.X * head * 0.42f);
        canvas.DrawLine(tail, neck, line);
        using var builder = new SKPathBuilder();
        builder.AddPoly([tip, new SKPoint(neck.X + side.X, neck.Y + side.Y), new SKPoint(neck.X - side.X, neck.Y - side.Y)], true);
        using var path = builder.Detach();
        canvas.DrawPath(path, fill);
    }
}
