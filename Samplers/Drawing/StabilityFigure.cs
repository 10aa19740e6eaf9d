using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Stability regions side by side on the same axes: coloured by the growth of a step where errors do not grow.</summary>
public sealed record StabilityFigure : IFigure
{
    private const int MostColumns = 4;
    private const float FrameWidth = 210;
    private const float Gap = 22;

    /// <summary>The panels, in rows of four; at least one. Axes are those of the first.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public required IReadOnlyList<StabilityPanel> Panels
    {
        get;
        init => field = value is { Count: > 0 } ? value : throw new ArgumentException("A figure of stability regions has at least one panel.", nameof(value));
    }

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <inheritdoc/>
    public SKSize Size
    {
        get
        {
            int columns = Math.Min(MostColumns, Panels.Count), rows = (Panels.Count + MostColumns - 1) / MostColumns;
            return new SKSize(
                (2 * FigureStyle.Border) + LeftMargin + (columns * FrameWidth) + ((columns - 1) * Gap) + DensityPanel.BarRoom(Bar, FrameHeight),
                FigureLayout.Top(Title, Caption) + (rows * (FigureLayout.HeadingHeight + FrameHeight)) + ((rows - 1) * Gap) + Axes.BottomMargin() + FigureStyle.Border);
        }
    }

    private static Axes Axes => new() { XTitle = "Re hλ", YTitle = "Im hλ", XUnit = 1 };

    private static ColourBar Bar => new() { Map = ColourMap.Viridis, Scale = new() { Limits = new(0, 1) }, Title = "growth in one step" };

    private float FrameHeight => MathF.Round((float)(FrameWidth * Panels[0].Growth.Y.Span / Panels[0].Growth.X.Span));

    private float LeftMargin => Axes.LeftMargin(Panels[0].Growth.Y, FrameHeight);

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        FigureLayout.DrawPage(canvas, Size, Title, Caption);
        for (int i = 0; i < Panels.Count; i++)
        {
            int column = i % MostColumns, row = i / MostColumns;
            float left = FigureStyle.Border + LeftMargin + (column * (FrameWidth + Gap));
            float top = FigureLayout.Top(Title, Caption) + (row * (FigureLayout.HeadingHeight + FrameHeight + Gap)) + FigureLayout.HeadingHeight;
            var area = new PlotArea(SKRect.Create(left, top, FrameWidth, FrameHeight), Panels[0].Growth.X, Panels[0].Growth.Y);
            bool isLowest = i + MostColumns >= Panels.Count;
            Draw(canvas, Panels[i], area, Axes with { XTitle = isLowest ? Axes.XTitle : "", XLabels = isLowest, YTitle = column == 0 ? Axes.YTitle : "", YLabels = column == 0 });
            if (column == MostColumns - 1 || (row == 0 && i == Panels.Count - 1))
            {
                DensityPanel.DrawBar(canvas, area.Frame, Bar);
            }
        }
    }

    private static void Draw(SKCanvas canvas, StabilityPanel panel, PlotArea area, Axes axes)
    {
        FigureLayout.DrawHeading(canvas, area.Frame, panel.Heading);
        using (var page = FigureStyle.Fill(SKColors.White))
        {
            canvas.DrawRect(area.Frame, page);
        }

        if (panel.AxisReach == 0)
        {
            panel.Growth.Draw(canvas, area, Bar.Map, Bar.Scale);
        }

        canvas.Save();
        canvas.ClipRect(area.Frame);
        using var zero = FigureStyle.Line(FigureStyle.Frame.WithAlpha(140), 0.8f);
        canvas.DrawLine(area.Frame.Left, area.ToPixelY(0), area.Frame.Right, area.ToPixelY(0), zero);
        canvas.DrawLine(area.ToPixelX(0), area.Frame.Top, area.ToPixelX(0), area.Frame.Bottom, zero);
        if (panel.AxisReach > 0)
        {
            using var line = FigureStyle.Line(FigureStyle.Samples, 4);
            canvas.DrawLine(area.ToPixelX(0), area.ToPixelY(-panel.AxisReach), area.ToPixelX(0), area.ToPixelY(panel.AxisReach), line);
        }

        canvas.Restore();
        axes.Draw(canvas, area);
    }
}
