using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>How costs grow with a size, on logarithmic axes: a line with markers for each method, named at its end, and dashes where theory expects it.</summary>
public sealed record ScalingFigure : IFigure
{
    /// <summary>The most panels that a figure can hold.</summary>
    public const int MostPanels = 24;

    private const int PanelsToOneColumn = 3;
    private const float FrameWidth = 560;
    private const float FrameHeight = 400;
    private const float LabelGap = 26;
    private const double RoomForLabel = 1.2; // above the line of a limit

    /// <summary>The panels, one below the other, from four on in two columns; at most <see cref="MostPanels"/>.</summary>
    /// <exception cref="ArgumentException">There are none, or too many.</exception>
    public required IReadOnlyList<ScalingPanel> Panels
    {
        get;
        init => field = value is { Count: > 0 and <= MostPanels } ? value : throw new ArgumentException($"A figure has 1 to {MostPanels} panels, not {value?.Count}.", nameof(value));
    }

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <summary>Title of the size axis.</summary>
    public required string XTitle { get; init; }

    /// <summary>Title of the cost axis, with its unit.</summary>
    public required string YTitle { get; init; }

    /// <inheritdoc/>
    public SKSize Size
    {
        get
        {
            var (cell, columns) = Cells();
            int rows = (Panels.Count + columns - 1) / columns;
            return new SKSize((columns * cell.Width) + (2 * FigureStyle.Border), FigureLayout.Top(Title, Caption) + (rows * cell.Height) + FigureStyle.Border - 4);
        }
    }

    private Axes Axes => new() { XTitle = XTitle, YTitle = YTitle, IsXLogarithmic = true, IsYLogarithmic = true, Grid = true };

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        FigureLayout.DrawPage(canvas, Size, Title, Caption);
        var (cell, columns) = Cells();
        var (x, y) = Limits();
        float margin = Axes.LeftMargin(y, FrameHeight);
        for (int i = 0; i < Panels.Count; i++)
        {
            float left = FigureStyle.Border + (i % columns * cell.Width) + margin;
            float top = FigureLayout.Top(Title, Caption) + (i / columns * cell.Height) + FigureLayout.HeadingHeight;
            Draw(canvas, Panels[i], new PlotArea(SKRect.Create(left, top, FrameWidth, FrameHeight), x, y));
        }
    }

    private void Draw(SKCanvas canvas, ScalingPanel panel, PlotArea area)
    {
        FigureLayout.DrawHeading(canvas, area.Frame, panel.Heading);
        Axes.DrawGrid(canvas, area);
        canvas.Save();
        canvas.ClipRect(area.Frame);
        if (panel.Limit is { } limit && limit > 0)
        {
            DrawLimit(canvas, panel, area, Math.Log10(limit));
        }

        foreach (var curve in panel.Curves)
        {
            using var dashes = SKPathEffect.CreateDash([5, 4], 0);
            DrawLine(canvas, area, Logarithmic(curve.Theory), ScalingStyle.Colour(curve.Index).WithAlpha(170), 1, dashes);
        }

        foreach (var curve in panel.Curves)
        {
            DrawLine(canvas, area, Logarithmic(curve.Points), ScalingStyle.Colour(curve.Index), 2);
            DrawLine(canvas, area, [.. Logarithmic(curve.Points).TakeLast(1), .. Logarithmic(curve.Over)], ScalingStyle.Colour(curve.Index), 1);
        }

        canvas.Restore();
        Axes.Draw(canvas, area);
        foreach (var curve in panel.Curves)
        {
            foreach (var (points, isOpen) in new[] { (curve.Points, false), (curve.Over, true) })
            {
                foreach (var (px, py) in Logarithmic(points).Where(point => area.Contains(point.X, point.Y)))
                {
                    ScalingStyle.DrawMarker(canvas, curve.Index, area.ToPixel(px, py), isOpen ? 5 : 4.2f, isOpen);
                }
            }
        }

        DrawLabels(canvas, panel, area);
    }

    /// <summary>Names the curves to the right of the frame, in the order of their ends and as near to them as they fit.</summary>
    private static void DrawLabels(SKCanvas canvas, ScalingPanel panel, PlotArea area)
    {
        var ends = panel.Curves.Select(curve => (Curve: curve, All: Logarithmic(curve.Points).Concat(Logarithmic(curve.Over)).ToArray())).Where(entry => entry.All.Length > 0)
            .Select(entry => (entry.Curve, End: area.ToPixel(entry.All[^1].X, entry.All[^1].Y))).OrderBy(entry => entry.End.Y).ToArray();
        float[] places = LabelPlaces.Spread([.. ends.Select(entry => entry.End.Y)], FigureStyle.TickSize + 5, area.Frame.Top + 6, area.Frame.Bottom - 6);
        for (int i = 0; i < ends.Length; i++)
        {
            var (curve, end) = ends[i];
            var colour = ScalingStyle.Colour(curve.Index);
            using var leader = FigureStyle.Line(colour.WithAlpha(110));
            float text = area.Frame.Right + LabelGap;
            canvas.DrawLine(end.X + 6, end.Y, Math.Max(end.X + 6, area.Frame.Right + 2), end.Y, leader);
            canvas.DrawLine(Math.Max(end.X + 6, area.Frame.Right + 2), end.Y, text - 12, places[i], leader);
            ScalingStyle.DrawMarker(canvas, curve.Index, new SKPoint(text - 6, places[i]), 4, false);
            float baseline = places[i] + (0.36f * FigureStyle.TickSize);
            FigureText.Draw(canvas, curve.Label, text + 3, baseline, SKTextAlign.Left, FigureStyle.TickSize, FigureStyle.Text);
            FigureText.Draw(canvas, curve.Growth, text + 3 + FigureText.Width(curve.Label + "  ", FigureStyle.TickSize), baseline, SKTextAlign.Left, FigureStyle.TickSize, FigureStyle.Muted);
        }
    }

    private static void DrawLimit(SKCanvas canvas, ScalingPanel panel, PlotArea area, double limit)
    {
        using var line = FigureStyle.Line(FigureStyle.Frame, 1.4f);
        float y = area.ToPixelY(limit);
        canvas.DrawLine(area.Frame.Left, y, area.Frame.Right, y, line);
        FigureText.Draw(canvas, panel.LimitLabel, area.Frame.Left + 8, y - 6, SKTextAlign.Left, FigureStyle.TickSize, FigureStyle.Muted);
    }

    private static void DrawLine(SKCanvas canvas, PlotArea area, IReadOnlyList<(double X, double Y)> points, SKColor colour, float width, SKPathEffect? effect = null)
    {
        using var paint = FigureStyle.Line(colour, width);
        paint.PathEffect = effect;
        using var builder = new SKPathBuilder();
        builder.AddPoly([.. points.Select(point => area.ToPixel(point.X, point.Y))], false);
        using var path = builder.Detach();
        canvas.DrawPath(path, paint);
    }

    private static List<(double X, double Y)> Logarithmic(DataSeries series) =>
        [.. series.Positions.Zip(series.Values).Where(point => point.First > 0 && point.Second > 0 && double.IsFinite(point.Second)).Select(point => (Math.Log10(point.First), Math.Log10(point.Second)))];

    /// <summary>Limits that all panels share, so that they can be compared: of what was measured, and of the limit.</summary>
    private (DataLimits X, DataLimits Y) Limits()
    {
        var points = Panels.SelectMany(panel => panel.Curves).SelectMany(curve => Logarithmic(curve.Points).Concat(Logarithmic(curve.Over))).ToArray();
        double[] y = [.. points.Select(point => point.Y), .. Panels.Where(panel => panel.Limit > 0).Select(panel => Math.Log10(RoomForLabel * panel.Limit!.Value))];
        return points.Length == 0 ? (new DataLimits(0, 1), new DataLimits(0, 1)) : (Wide(points.Min(point => point.X), points.Max(point => point.X)), Wide(y.Min(), y.Max()));
    }

    /// <summary>At least a third of a decade, with a margin.</summary>
    private static DataLimits Wide(double low, double high)
    {
        double missing = Math.Max(0, 0.34 - (high - low)) / 2;
        return DataLimits.Padded(low - missing, high + missing, 0.045);
    }

    private (SKSize Cell, int Columns) Cells()
    {
        float labels = Panels.SelectMany(panel => panel.Curves).Select(curve => FigureText.Width($"{curve.Label}  {curve.Growth}", FigureStyle.TickSize)).DefaultIfEmpty(0).Max();
        float width = Axes.LeftMargin(Limits().Y, FrameHeight) + FrameWidth + LabelGap + 3 + MathF.Ceiling(labels) + 10;
        return (new SKSize(width, FigureLayout.HeadingHeight + FrameHeight + Axes.BottomMargin() + 14), Panels.Count <= PanelsToOneColumn ? 1 : 2);
    }
}
