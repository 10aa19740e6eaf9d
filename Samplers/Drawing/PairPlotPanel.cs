using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>One panel of a <see cref="PairPlotFigure"/>.</summary>
internal sealed record PairPlotPanel(SKRect Frame, float TickSize)
{
    /// <summary>Whether the panel carries labels and title of y.</summary>
    public bool IsLeft { get; init; }

    /// <summary>Whether the panel carries labels and title of x.</summary>
    public bool IsBottom { get; init; }

    /// <summary>Distance of the y title from the frame in points.</summary>
    public float LeftRoom { get; init; }

    /// <summary>Name of the column along x.</summary>
    public string XName { get; init; } = "";

    /// <summary>Name of the column along y.</summary>
    public string YName { get; init; } = "";

    /// <summary>Draws the panel.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="data">The two columns of the data.</param>
    /// <param name="samples">The two columns of the samples.</param>
    /// <param name="limits">Limits of the two columns.</param>
    /// <param name="side">1 below the diagonal, 0 on it, −1 above it.</param>
    public void Draw(SKCanvas canvas, (double[] X, double[] Y) data, (double[] X, double[] Y) samples, (DataLimits X, DataLimits Y) limits, int side)
    {
        var area = new PlotArea(Frame, limits.X, limits.Y);
        var axes = new Axes
        {
            XTitle = IsBottom ? XName : "",
            YTitle = IsLeft ? YName : "",
            XLabels = IsBottom,
            YLabels = IsLeft && side != 0,
            TickSize = TickSize,
            LeftRoom = LeftRoom,
            Grid = side > 0,
        };
        axes.DrawGrid(canvas, area);
        if (side == 0)
        {
            DrawHistograms(canvas, data.X, samples.X, limits.X);
            axes.DrawWithoutYTicks(canvas, area);
            return;
        }

        if (side > 0)
        {
            ScatterLayer.DrawMixed(
                canvas,
                area,
                (PairPlotFigure.Thinned(data.X), PairPlotFigure.Thinned(data.Y), FigureStyle.Data),
                (PairPlotFigure.Thinned(samples.X), PairPlotFigure.Thinned(samples.Y), FigureStyle.Samples));
        }
        else
        {
            SmoothedCounts.Draw(canvas, area, samples.X, samples.Y, ColourMap.Ink(FigureStyle.Samples));
        }

        axes.Draw(canvas, area);
    }

    private void DrawHistograms(SKCanvas canvas, double[] data, double[] samples, DataLimits limits)
    {
        var bins = Math.Clamp((int)Math.Cbrt(2.0 * Math.Max(data.Length, samples.Length)) * 2, 8, 36);
        var ofData = Histogram(data, limits, bins);
        var ofSamples = Histogram(samples, limits, bins);
        var highest = Math.Max(ofData.Max(), ofSamples.Max());
        var area = new PlotArea(Frame, limits, new DataLimits(0, highest > 0 ? 1.08 * highest : 1));
        using var fill = FigureStyle.Fill(FigureStyle.Data.WithAlpha(110));
        using var outline = FigureStyle.Line(FigureStyle.Samples, 1.6f);
        outline.StrokeJoin = SKStrokeJoin.Miter;
        if (data.Length > 0)
        {
            using var shape = Outline(area, ofData);
            canvas.DrawPath(shape, fill);
        }

        if (samples.Length > 0)
        {
            using var shape = Outline(area, ofSamples);
            canvas.DrawPath(shape, outline);
        }
    }

    /// <summary>Shares of all values by bin; values outside the limits count towards the whole only.</summary>
    private static double[] Histogram(double[] values, DataLimits limits, int bins)
    {
        var shares = new double[bins];
        foreach (var value in values)
        {
            if (limits.Contains(value))
            {
                shares[Math.Min((int)((value - limits.Minimum) / limits.Span * bins), bins - 1)] += 1.0 / values.Length;
            }
        }

        return shares;
    }

    private static SKPath Outline(PlotArea area, double[] shares)
    {
        using var builder = new SKPathBuilder();
        builder.MoveTo(area.Frame.Left, area.Frame.Bottom);
        for (var i = 0; i < shares.Length; i++)
        {
            var y = area.ToPixelY(shares[i]);
            builder.LineTo(area.Frame.Left + (area.Frame.Width * i / shares.Length), y);
            builder.LineTo(area.Frame.Left + (area.Frame.Width * (i + 1) / shares.Length), y);
        }

        builder.LineTo(area.Frame.Right, area.Frame.Bottom);
        return builder.Detach();
    }
}
