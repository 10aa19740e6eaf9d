using System.Globalization;
using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>How a training went: loss and validation score against iterations, and below them the vector field evaluations.</summary>
public sealed record LossCurveFigure : IFigure
{
    private const float FrameWidth = 640;
    private const float LossHeight = 300;
    private const float NfeHeight = 96;

    private static readonly SKColor _forward = new(0x5B, 0x4B, 0x9A);
    private static readonly SKColor _backward = new(0xC2, 0x5B, 0x8E);

    /// <summary>The loss of each training batch by iteration.</summary>
    public required DataSeries Training { get; init; }

    /// <summary>The validation score by iteration, with standard errors if known; smaller is better.</summary>
    /// <value>Empty by default.</value>
    public DataSeries Validation { get; init; } = DataSeries.Empty;

    /// <summary>Vector field evaluations of the forward pass by iteration.</summary>
    /// <value>Empty by default; without any, the lower panel is left out.</value>
    public DataSeries NfeForward { get; init; } = DataSeries.Empty;

    /// <summary>Vector field evaluations of the backward pass by iteration.</summary>
    /// <value>Empty by default.</value>
    public DataSeries NfeBackward { get; init; } = DataSeries.Empty;

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <summary>Title of the loss axis, with its unit.</summary>
    /// <value>"negative log-likelihood (nats)" by default.</value>
    public string LossTitle { get; init; } = "negative log-likelihood (nats)";

    /// <inheritdoc/>
    public SKSize Size => Arrange().Size;

    private bool HasNfe => NfeForward.Values.Length + NfeBackward.Values.Length > 0;

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        var (size, loss, lossAxes, nfe, nfeAxes) = Arrange();
        FigureLayout.DrawPage(canvas, size, Title, Caption);
        DrawLoss(canvas, loss, lossAxes);
        if (HasNfe)
        {
            DrawNfe(canvas, nfe, nfeAxes);
        }
    }

    /// <summary>Limits that an early spike does not stretch: the range of all values, but no further from the 10 and 90 percentiles than
    /// 3 times their distance.</summary>
    internal static DataLimits CurveLimits(DataSeries training, DataSeries validation)
    {
        var sorted = Percentiles.SortedDrawable([.. training.Values, .. validation.Values]);
        if (sorted.Length == 0)
        {
            return new DataLimits(0, 1);
        }

        var low = Percentiles.Of(sorted, 0.1);
        var high = Percentiles.Of(sorted, 0.9);
        var reach = 3 * (high - low);
        var isFlat = reach == 0;
        var bottom = isFlat ? sorted[0] : Math.Max(sorted[0], low - reach);
        var top = isFlat ? sorted[^1] : Math.Min(sorted[^1], high + reach);
        var best = validation.IndexOfSmallest();
        return DataLimits.Padded(best < 0 ? bottom : Math.Min(bottom, validation.Values[best]), top);
    }

    private void DrawLoss(SKCanvas canvas, PlotArea area, Axes axes)
    {
        var mean = Training.RunningMean(Math.Max(5, Training.Values.Length / 40), area.Y);
        axes.DrawGrid(canvas, area);
        canvas.Save();
        canvas.ClipRect(area.Frame);
        CurveLayer.DrawLine(canvas, area, Training, FigureStyle.Data.WithAlpha(70), 0.8f);
        CurveLayer.DrawLine(canvas, area, mean, FigureStyle.Data, 2);
        CurveLayer.DrawBand(canvas, area, Validation, FigureStyle.Samples.WithAlpha(50));
        CurveLayer.DrawLine(canvas, area, Validation, FigureStyle.Samples, 1.2f);
        CurveLayer.DrawMarks(canvas, area, Validation, FigureStyle.Samples);
        var entries = new List<(Legend.Mark, SKColor, string)>
        {
            (Legend.Mark.ThinLine, FigureStyle.Data.WithAlpha(130), "training batch"),
            (Legend.Mark.Line, FigureStyle.Data, "running mean"),
        };
        if (Validation.Values.Length > 0)
        {
            entries.Add((Legend.Mark.Disc, FigureStyle.Samples, Validation.StandardErrors is null ? "validation" : "validation ± SE"));
        }

        if (Validation.IndexOfSmallest() is var best and >= 0)
        {
            using var ring = FigureStyle.Line(FigureStyle.Accent, 2);
            canvas.DrawCircle(area.ToPixel(Validation.Positions[best], Validation.Values[best]), 7, ring);
            var score = Validation.Values[best].ToString("G4", CultureInfo.InvariantCulture).Replace('-', '−');
            entries.Add((Legend.Mark.Ring, FigureStyle.Accent, $"best: {score} at {Validation.Positions[best].ToString("N0", CultureInfo.InvariantCulture)}"));
        }

        canvas.Restore();
        axes.Draw(canvas, area);
        new Legend { Entries = entries }.Draw(canvas, area.Frame.Left, area.Frame.Top - 9);
    }

    private void DrawNfe(SKCanvas canvas, PlotArea area, Axes axes)
    {
        axes.DrawGrid(canvas, area);
        canvas.Save();
        canvas.ClipRect(area.Frame);
        CurveLayer.DrawLine(canvas, area, NfeForward, _forward, 1.5f);
        CurveLayer.DrawLine(canvas, area, NfeBackward, _backward, 1.5f);
        canvas.Restore();
        axes.Draw(canvas, area);
        new Legend { Entries = [(Legend.Mark.Line, _forward, "evaluations forward"), (Legend.Mark.Line, _backward, "backward")] }
            .Draw(canvas, area.Frame.Left, area.Frame.Top - 9);
    }

    private (SKSize Size, PlotArea Loss, Axes LossAxes, PlotArea Nfe, Axes NfeAxes) Arrange()
    {
        var positions = new[] { Training, Validation, NfeForward, NfeBackward }.Where(series => series.Positions.Length > 0).ToArray();
        var x = positions.Length == 0 ? new DataLimits(0, 1) : DataLimits.Padded(positions.Min(s => s.Positions[0]), positions.Max(s => s.Positions[^1]), 0.015);
        var y = CurveLimits(Training, Validation);
        var evaluations = Percentiles.SortedDrawable([.. NfeForward.Values, .. NfeBackward.Values]);
        var nfeY = new DataLimits(0, evaluations.Length == 0 ? 1 : Math.Max(1, 1.1 * Percentiles.Of(evaluations, 0.995)));
        var lossAxes = new Axes { XTitle = HasNfe ? "" : "iteration", XLabels = !HasNfe, XUnit = 1, YTitle = LossTitle, Grid = true };
        var nfeAxes = new Axes { XTitle = "iteration", XUnit = 1, YTitle = "NFE", Grid = true };
        var margin = Math.Max(lossAxes.LeftMargin(y, LossHeight), HasNfe ? nfeAxes.LeftMargin(nfeY, NfeHeight) : 0);
        var left = FigureStyle.Border + margin;
        var loss = SKRect.Create(left, FigureLayout.Top(Title, Caption) + FigureLayout.HeadingHeight, FrameWidth, LossHeight);
        var nfe = SKRect.Create(left, loss.Bottom + FigureLayout.HeadingHeight + 16, FrameWidth, NfeHeight);
        var bottom = HasNfe ? nfe.Bottom + nfeAxes.BottomMargin() : loss.Bottom + lossAxes.BottomMargin();
        var size = new SKSize(loss.Right + FigureStyle.Border + 8, bottom + FigureStyle.Border - 4);
        return (size, new PlotArea(loss, x, y), lossAxes with { LeftRoom = margin }, new PlotArea(nfe, x, nfeY), nfeAxes with { LeftRoom = margin });
    }
}
