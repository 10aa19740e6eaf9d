using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Frame, ticks, titles and grid around a <see cref="PlotArea"/>; as many ticks as fit without touching.</summary>
public sealed record Axes
{
    /// <summary>Title below the x axis.</summary>
    /// <value>Empty by default: no title and no room for one.</value>
    public string XTitle { get; init; } = "";

    /// <summary>Title left of the y axis, reading upwards.</summary>
    /// <value>Empty by default: no title and no room for one.</value>
    public string YTitle { get; init; } = "";

    /// <summary>Unit behind each x label, such as "°".</summary>
    /// <value>Empty by default.</value>
    public string XSuffix { get; init; } = "";

    /// <summary>Unit behind each y label.</summary>
    /// <value>Empty by default.</value>
    public string YSuffix { get; init; } = "";

    /// <summary>Ticks of x fall on whole multiples of this, as 1 for a count.</summary>
    /// <value>0 by default: on any number.</value>
    public double XUnit { get; init; }

    /// <summary>Whole numbers that have the ticks of x, as long as their labels fit.</summary>
    /// <value>None by default: ticks are at round numbers.</value>
    public IReadOnlyList<int> XAt { get; init; } = [];

    /// <summary>Whether x is given as its decimal logarithm, and labelled with the numbers themselves.</summary>
    /// <value>False by default.</value>
    public bool IsXLogarithmic { get; init; }

    /// <summary>Whether y is given as its decimal logarithm, and labelled with the numbers themselves.</summary>
    /// <value>False by default.</value>
    public bool IsYLogarithmic { get; init; }

    /// <summary>Whether tick marks of x have labels.</summary>
    /// <value>True by default.</value>
    public bool XLabels { get; init; } = true;

    /// <summary>Whether tick marks of y have labels.</summary>
    /// <value>True by default.</value>
    public bool YLabels { get; init; } = true;

    /// <summary>Whether <see cref="DrawGrid"/> draws lines at the ticks.</summary>
    /// <value>False by default.</value>
    public bool Grid { get; init; }

    /// <summary>Distance in points of the left edge of the y title from the frame, so that titles of frames below each other line up.</summary>
    /// <value>None by default: as far as this frame's labels need.</value>
    public float? LeftRoom { get; init; }

    /// <summary>Size of tick labels in points.</summary>
    /// <value>13 by default.</value>
    public float TickSize { get; init; } = FigureStyle.TickSize;

    /// <summary>Room in points that labels and title need left of a frame of height <paramref name="height"/>.</summary>
    /// <param name="y">Data units from bottom to top.</param>
    /// <param name="height">Height of the frame in points.</param>
    public float LeftMargin(DataLimits y, float height)
    {
        var labels = YLabels ? YTicks(y, height).Labels.Select(label => FigureText.Width(label, TickSize)).DefaultIfEmpty(0).Max() + 5 : 0;
        return MathF.Ceiling(FigureStyle.TickLength + labels + (YTitle.Length > 0 ? FigureStyle.LabelSize + 10 : 0));
    }

    /// <summary>Room in points that labels and title need below the frame.</summary>
    public float BottomMargin() => MathF.Ceiling(
        FigureStyle.TickLength + (XLabels ? TickSize + 5 : 0) + (XTitle.Length > 0 ? FigureStyle.LabelSize + 8 : 0));

    /// <summary>Draws the grid lines, if any; call it before the data.</summary>
    public void DrawGrid(SKCanvas canvas, PlotArea area)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        ArgumentNullException.ThrowIfNull(area);
        if (!Grid)
        {
            return;
        }

        using var line = FigureStyle.Line(FigureStyle.Grid);
        foreach (var x in XTicks(area.X, area.Frame.Width).Values)
        {
            canvas.DrawLine(area.ToPixelX(x), area.Frame.Top, area.ToPixelX(x), area.Frame.Bottom, line);
        }

        foreach (var y in YTicks(area.Y, area.Frame.Height).Values)
        {
            canvas.DrawLine(area.Frame.Left, area.ToPixelY(y), area.Frame.Right, area.ToPixelY(y), line);
        }
    }

    /// <summary>Draws frame, ticks, labels and titles; call it after the data, so that the frame lies on top.</summary>
    public void Draw(SKCanvas canvas, PlotArea area)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        ArgumentNullException.ThrowIfNull(area);
        using var line = FigureStyle.Line(FigureStyle.Frame);
        line.StrokeJoin = SKStrokeJoin.Miter;
        canvas.DrawRect(area.Frame, line);
        DrawX(canvas, area, line);
        DrawY(canvas, area, line);
    }

    /// <summary>Draws frame, x ticks and titles, for a panel whose y has another meaning than its row's.</summary>
    internal void DrawWithoutYTicks(SKCanvas canvas, PlotArea area)
    {
        using var line = FigureStyle.Line(FigureStyle.Frame);
        line.StrokeJoin = SKStrokeJoin.Miter;
        canvas.DrawRect(area.Frame, line);
        DrawX(canvas, area, line);
        DrawYTitle(canvas, area);
    }

    /// <summary>The finest x ticks whose labels keep a clear distance on a frame of width <paramref name="width"/>.</summary>
    internal AxisTicks XTicks(DataLimits x, float width)
    {
        if (XAt.Count > 0 && AxisTicks.At(XAt) is var chosen && chosen.Labels.Max(label => FigureText.Width(label, TickSize)) + (0.6f * TickSize) < chosen.Step / x.Span * width)
        {
            return chosen;
        }

        for (var count = Math.Clamp((int)(width / 38), 2, 9); ; count--)
        {
            var ticks = IsXLogarithmic ? AxisTicks.Logarithmic(x, count, XSuffix) : AxisTicks.Nice(x, count, XSuffix, XUnit);
            var widest = ticks.Labels.Select(label => FigureText.Width(label, TickSize)).DefaultIfEmpty(0).Max();
            if (count == 2 || widest + (0.6f * TickSize) < ticks.Step / x.Span * width)
            {
                return ticks;
            }
        }
    }

    /// <summary>Width in points of the widest x label: frames side by side need as much between them.</summary>
    internal float WidestXLabel(DataLimits x, float width) =>
        XTicks(x, width).Labels.Select(label => FigureText.Width(label, TickSize)).DefaultIfEmpty(0).Max();

    /// <summary>The y ticks on a frame of height <paramref name="height"/>.</summary>
    internal AxisTicks YTicks(DataLimits y, float height)
    {
        var count = Math.Clamp((int)(height / 36), 2, 9);
        return IsYLogarithmic ? AxisTicks.Logarithmic(y, count, YSuffix) : AxisTicks.Nice(y, count, YSuffix);
    }

    private void DrawX(SKCanvas canvas, PlotArea area, SKPaint line)
    {
        var ticks = XTicks(area.X, area.Frame.Width);
        var y = area.Frame.Bottom + FigureStyle.TickLength;
        for (var i = 0; i < ticks.Values.Count; i++)
        {
            var x = area.ToPixelX(ticks.Values[i]);
            canvas.DrawLine(x, area.Frame.Bottom, x, y, line);
            if (XLabels)
            {
                FigureText.Draw(canvas, ticks.Labels[i], x, y + TickSize + 1, SKTextAlign.Center, TickSize, FigureStyle.Muted);
            }
        }

        if (XTitle.Length > 0)
        {
            var title = FigureText.Shorten(XTitle, area.Frame.Width, FigureStyle.LabelSize);
            FigureText.Draw(canvas, title, area.Frame.MidX, area.Frame.Bottom + BottomMargin() - 4, SKTextAlign.Center, FigureStyle.LabelSize, FigureStyle.Text);
        }
    }

    private void DrawY(SKCanvas canvas, PlotArea area, SKPaint line)
    {
        var ticks = YTicks(area.Y, area.Frame.Height);
        var x = area.Frame.Left - FigureStyle.TickLength;
        for (var i = 0; i < ticks.Values.Count; i++)
        {
            var y = area.ToPixelY(ticks.Values[i]);
            canvas.DrawLine(x, y, area.Frame.Left, y, line);
            if (YLabels)
            {
                FigureText.Draw(canvas, ticks.Labels[i], x - 4, y + (0.36f * TickSize), SKTextAlign.Right, TickSize, FigureStyle.Muted);
            }
        }

        DrawYTitle(canvas, area);
    }

    private void DrawYTitle(SKCanvas canvas, PlotArea area)
    {
        if (YTitle.Length > 0)
        {
            var centre = area.Frame.Left - (LeftRoom ?? LeftMargin(area.Y, area.Frame.Height)) + (FigureStyle.LabelSize / 2);
            FigureText.DrawUpwards(canvas, YTitle, centre, area.Frame.MidY, area.Frame.Height, FigureStyle.LabelSize, FigureStyle.Text);
        }
    }
}
