using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Accuracies with their intervals against a cost; points of one label are joined.</summary>
public sealed record AccuracyFigure : IFigure
{
    private const float FrameWidth = 520;
    private const float FrameHeight = 320;
    private const float LabelGap = 24;
    private const double Percent = 100;
    private const double SameCost = 0.02;
    private const float Beside = 12;

    /// <summary>What was measured.</summary>
    public required IReadOnlyList<AccuracyPoint> Points { get; init; }

    /// <summary>Title of the cost axis.</summary>
    public required string XTitle { get; init; }

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <inheritdoc/>
    public SKSize Size => new(
        FigureStyle.Border + Axes.LeftMargin(Y, FrameHeight) + FrameWidth + LabelGap + Points.Select(point => FigureText.Width(point.Label, FigureStyle.TickSize)).DefaultIfEmpty(0).Max() + FigureStyle.Border,
        FigureLayout.Top(Title, Caption) + FrameHeight + Axes.BottomMargin() + FigureStyle.Border);

    private Axes Axes => new() { XTitle = XTitle, YTitle = "accuracy", YSuffix = " %", IsXLogarithmic = true, Grid = true };

    private DataLimits X => Limits([.. Points.Select(point => Math.Log10(point.Cost))], 0.3);

    private DataLimits Y => Limits([.. Points.SelectMany(point => new[] { Percent * point.Low, Percent * point.High })], 0.5);

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        FigureLayout.DrawPage(canvas, Size, Title, Caption);
        var area = new PlotArea(SKRect.Create(FigureStyle.Border + Axes.LeftMargin(Y, FrameHeight), FigureLayout.Top(Title, Caption), FrameWidth, FrameHeight), X, Y);
        Axes.DrawGrid(canvas, area);
        foreach (var group in Points.GroupBy(point => point.Label))
        {
            AccuracyPoint[] ordered = [.. group.OrderBy(point => point.Cost)];
            using var line = FigureStyle.Line(ScalingStyle.Colour(ordered[0].Index), 1.4f);
            for (int i = 1; i < ordered.Length; i++)
            {
                canvas.DrawLine(At(area, ordered[i - 1]), At(area, ordered[i]), line);
            }

            using var interval = FigureStyle.Line(ScalingStyle.Colour(ordered[0].Index).WithAlpha((byte)(HasCurves ? 80 : 255)), 1.4f);
            foreach (var point in ordered)
            {
                float x = At(area, point).X;
                canvas.DrawLine(x, area.ToPixelY(Percent * point.Low), x, area.ToPixelY(Percent * point.High), interval);
            }
        }

        Axes.Draw(canvas, area);
        foreach (var point in Points)
        {
            ScalingStyle.DrawMarker(canvas, point.Index, At(area, point), 5, false);
        }

        DrawLabels(canvas, area);
    }

    /// <summary>Names the methods to the right, in the order of their accuracies.</summary>
    private void DrawLabels(SKCanvas canvas, PlotArea area)
    {
        AccuracyPoint[] last = [.. Points.GroupBy(point => point.Label).Select(group => group.MaxBy(point => point.Cost)!).OrderByDescending(point => point.Share)];
        float[] places = LabelPlaces.Spread([.. last.Select(point => At(area, point).Y)], FigureStyle.TickSize + 5, area.Frame.Top + 6, area.Frame.Bottom - 6);
        for (int i = 0; i < last.Length; i++)
        {
            float text = area.Frame.Right + LabelGap;
            ScalingStyle.DrawMarker(canvas, last[i].Index, new(text - 9, places[i]), 4, false);
            FigureText.Draw(canvas, last[i].Label, text, places[i] + (0.36f * FigureStyle.TickSize), SKTextAlign.Left, FigureStyle.TickSize, FigureStyle.Text);
        }
    }

    private bool HasCurves => Points.GroupBy(point => point.Label).Any(group => group.Count() > 1);

    /// <summary>Where a point is drawn: single points of nearly equal cost beside each other, as one would hide another.</summary>
    private SKPoint At(PlotArea area, AccuracyPoint point)
    {
        AccuracyPoint[] near = HasCurves ? [point] : [.. Points.Where(other => Math.Abs(Math.Log(other.Cost / point.Cost)) < SameCost)];
        var at = area.ToPixel(Math.Log10(point.Cost), Percent * point.Share);
        return new(at.X + (Beside * (Array.IndexOf(near, point) - ((near.Length - 1) / 2f))), at.Y);
    }

    private static DataLimits Limits(double[] values, double least)
    {
        double low = values.DefaultIfEmpty(0).Min(), high = values.DefaultIfEmpty(1).Max(), missing = Math.Max(0, least - (high - low)) / 2;
        return DataLimits.Padded(low - missing, high + missing, 0.06);
    }
}
