using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Accuracies with their intervals against a cost; points of one label are joined.</summary>
/// <remarks>
/// Points that are alone with their label and have nearly equal costs would hide each other: they stand beside each other in a band that names the
/// cost they share. All others are drawn where they are.
/// </remarks>
public sealed record AccuracyFigure : IFigure
{
    private const float FrameWidth = 520;
    private const float FrameHeight = 320;
    private const float LabelGap = 24;
    private const double Percent = 100;
    private const double SameCost = 0.02;
    private const float Beside = 12;
    private const float BandHeight = FigureStyle.TickSize + 8;

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
        Top + FrameHeight + Axes.BottomMargin() + FigureStyle.Border);

    private float Top => FigureLayout.Top(Title, Caption) + (Bands.Any() ? BandHeight : 0);

    private Axes Axes => new() { XTitle = XTitle, YTitle = "accuracy", YSuffix = " %", IsXLogarithmic = true, Grid = true };

    private DataLimits X => Limits([.. Points.Select(point => Math.Log10(point.Cost))], 0.3);

    private DataLimits Y => Limits([.. Points.SelectMany(point => new[] { Percent * point.Low, Percent * point.High })], 0.5);

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        FigureLayout.DrawPage(canvas, Size, Title, Caption);
        var area = new PlotArea(SKRect.Create(FigureStyle.Border + Axes.LeftMargin(Y, FrameHeight), Top, FrameWidth, FrameHeight), X, Y);
        DrawBands(canvas, area);
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

    /// <summary>Groups of at least two points whose costs are nearly equal from one to the next, each in the order given.</summary>
    private IEnumerable<AccuracyPoint[]> Bands
    {
        get
        {
            var bands = new List<List<AccuracyPoint>>();
            foreach (var point in Points.Where(_ => !HasCurves).OrderBy(point => point.Cost))
            {
                if (bands.Count > 0 && Math.Log(point.Cost / bands[^1][0].Cost) < SameCost)
                {
                    bands[^1].Add(point);
                }
                else
                {
                    bands.Add([point]);
                }
            }

            return bands.Where(band => band.Count > 1).Select(band => band.OrderBy(point => Points.ToList().IndexOf(point)).ToArray());
        }
    }

    /// <summary>Bands with the cost of what stands in them.</summary>
    private void DrawBands(SKCanvas canvas, PlotArea area)
    {
        foreach (var band in Bands)
        {
            float left = At(area, band[0]).X - Beside, right = At(area, band[^1]).X + Beside;
            using var fill = FigureStyle.Fill(FigureStyle.Grid.WithAlpha(150));
            canvas.DrawRect(SKRect.Create(left, area.Frame.Top, right - left, area.Frame.Height), fill);
            double least = band.Min(point => point.Cost), most = band.Max(point => point.Cost);
            string cost = least == most ? $"all at {least:0.#}" : $"all at {least:0.#} to {most:0.#}";
            FigureText.Draw(canvas, cost, (left + right) / 2, area.Frame.Top - 6, SKTextAlign.Center, FigureStyle.TickSize, FigureStyle.Muted);
        }
    }

    /// <summary>Where a point is drawn.</summary>
    private SKPoint At(PlotArea area, AccuracyPoint point)
    {
        var band = Bands.FirstOrDefault(band => band.Contains(point)) ?? [point];
        float x = area.ToPixelX(Math.Log10(band.Average(member => member.Cost)));
        return new(x + (Beside * (Array.IndexOf(band, point) - ((band.Length - 1) / 2f))), area.ToPixelY(Percent * point.Share));
    }

    private static DataLimits Limits(double[] values, double least)
    {
        double low = values.DefaultIfEmpty(0).Min(), high = values.DefaultIfEmpty(1).Max(), missing = Math.Max(0, least - (high - low)) / 2;
        return DataLimits.Padded(low - missing, high + missing, 0.06);
    }
}
