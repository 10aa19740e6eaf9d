using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>A vertical strip that shows which colour means which value, with ticks and a title on its right.</summary>
public sealed record ColourBar
{
    private const float TitleGap = 12;

    /// <summary>The colours.</summary>
    public required ColourMap Map { get; init; }

    /// <summary>The values they stand for.</summary>
    public required ColourScale Scale { get; init; }

    /// <summary>What is shown, with its unit.</summary>
    /// <value>Empty by default: no title.</value>
    public string Title { get; init; } = "";

    /// <summary>Room in points that labels and title need right of a bar of height <paramref name="height"/>.</summary>
    public float RightMargin(float height)
    {
        var labels = Ticks(height).Labels.Select(label => FigureText.Width(label, FigureStyle.TickSize)).DefaultIfEmpty(0).Max();
        return MathF.Ceiling(FigureStyle.TickLength + 4 + labels + (Title.Length > 0 ? TitleGap + FigureStyle.LabelSize : 0));
    }

    /// <summary>Draws the bar into <paramref name="bar"/>, and labels and title right of it.</summary>
    public void Draw(SKCanvas canvas, SKRect bar)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        using var line = FigureStyle.Line(FigureStyle.Frame);
        line.StrokeJoin = SKStrokeJoin.Miter;
        DrawColours(canvas, bar);
        if (Scale.IsExceeded)
        {
            DrawArrowHead(canvas, bar, line);
        }

        canvas.DrawRect(bar, line);
        var area = new PlotArea(bar, new DataLimits(0, 1), Scale.Limits);
        var ticks = Ticks(bar.Height);
        for (var i = 0; i < ticks.Values.Count; i++)
        {
            var y = area.ToPixelY(ticks.Values[i]);
            canvas.DrawLine(bar.Right, y, bar.Right + FigureStyle.TickLength, y, line);
            FigureText.Draw(canvas, ticks.Labels[i], bar.Right + FigureStyle.TickLength + 4, y + (0.36f * FigureStyle.TickSize), SKTextAlign.Left, FigureStyle.TickSize, FigureStyle.Muted);
        }

        if (Title.Length > 0)
        {
            var centre = bar.Right + RightMargin(bar.Height) - (FigureStyle.LabelSize / 2);
            FigureText.DrawUpwards(canvas, Title, centre, bar.MidY, bar.Height, FigureStyle.LabelSize, FigureStyle.Text);
        }
    }

    private void DrawColours(SKCanvas canvas, SKRect bar)
    {
        const int rows = 256;
        var step = Scale.Limits.Span / rows;
        using var pixels = new PixelImage(1, rows);
        for (var row = 0; row < rows; row++)
        {
            pixels[0, row] = Map.At(Scale.FractionOf(Scale.Limits.Maximum - ((row + 0.5) * step)));
        }

        pixels.Draw(canvas, bar);
    }

    private void DrawArrowHead(SKCanvas canvas, SKRect bar, SKPaint line)
    {
        using var builder = new SKPathBuilder();
        builder.AddPoly([new SKPoint(bar.Left, bar.Top), new SKPoint(bar.MidX, bar.Top - bar.Width), new SKPoint(bar.Right, bar.Top)], true);
        using var head = builder.Detach();
        using var fill = FigureStyle.Fill(Map.At(1));
        canvas.DrawPath(head, fill);
        canvas.DrawPath(head, line);
    }

    private AxisTicks Ticks(float height) => AxisTicks.Nice(Scale.Limits, Math.Clamp((int)(height / 40), 2, 7));
}
