using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Draws the content of one two-dimensional panel, then its frame.</summary>
internal static class DensityPanel
{
    /// <summary>Width of a colour bar in points.</summary>
    public const float BarWidth = 14;

    /// <summary>Distance from a frame to its colour bar in points.</summary>
    public const float BarGap = 10;

    /// <summary>A heat map with its frame.</summary>
    public static void DrawField(SKCanvas canvas, PlotArea area, DensityField field, ColourMap map, ColourScale scale, Axes axes)
    {
        // Where the field does not reach, or is NaN, a neutral grey says "not known", unlike the map's colour for zero.
        using var unknown = new SKPaint { Color = new SKColor(0xF0, 0xF0, 0xF2) };
        canvas.DrawRect(area.Frame, unknown);
        field.Draw(canvas, area, map, scale);
        axes.Draw(canvas, area);
    }

    /// <summary>Points with their frame, or a remark when there are none.</summary>
    public static void DrawPoints(SKCanvas canvas, PlotArea area, PointTable points, SKColor colour, Axes axes, string remark)
    {
        axes.DrawGrid(canvas, area);
        if (points.Rows == 0)
        {
            FigureLayout.DrawRemark(canvas, area.Frame, remark);
        }

        ScatterLayer.Draw(canvas, area, points.Column(0), points.Column(1), colour);
        axes.Draw(canvas, area);
    }

    /// <summary>The colour bar right of <paramref name="frame"/>.</summary>
    public static void DrawBar(SKCanvas canvas, SKRect frame, ColourBar bar)
    {
        var head = bar.Scale.IsExceeded ? BarWidth : 0;
        bar.Draw(canvas, new SKRect(frame.Right + BarGap, frame.Top + head, frame.Right + BarGap + BarWidth, frame.Bottom));
    }

    /// <summary>Room right of a frame of height <paramref name="height"/> that its colour bar takes.</summary>
    public static float BarRoom(ColourBar bar, float height) => BarGap + BarWidth + bar.RightMargin(height);

    /// <summary>Throws unless <paramref name="points"/> has exactly two columns.</summary>
    public static PointTable RequirePlane(PointTable points, string name)
    {
        ArgumentNullException.ThrowIfNull(points, name);
        return points.ColumnNames.Count == 2
            ? points
            : throw new ArgumentException($"Points in a plane have 2 columns, but these have {points.ColumnNames.Count}; use PairPlotFigure for more.", name);
    }
}
