using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Data, model density and model samples in the plane on the same axes, side by side, or one above the other when they are
/// wide; with the true density when that is known.</summary>
/// <remarks>Axes and limits are those of <see cref="Density"/>.</remarks>
public sealed record ThreePanelFigure : IFigure
{
    private const float PanelGap = 28;
    private const float BarGap = 32;
    private const float StackGap = 22;

    /// <summary>The data, two columns; their names are the axis titles.</summary>
    /// <exception cref="ArgumentException">There are not two columns.</exception>
    public required PointTable Data { get; init => field = DensityPanel.RequirePlane(value, nameof(Data)); }

    /// <summary>The model's density.</summary>
    public required DensityField Density { get; init; }

    /// <summary>Samples of the model, two columns; none is possible.</summary>
    /// <exception cref="ArgumentException">There are not two columns.</exception>
    public required PointTable Samples { get; init => field = DensityPanel.RequirePlane(value, nameof(Samples)); }

    /// <summary>The density that the data were drawn from, where that is known; it shares the model density's colour scale.</summary>
    /// <value>None by default.</value>
    public DensityField? TrueDensity { get; init; }

    /// <summary>Title of the whole figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title, such as a score with its error.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <summary>Whether both axes have the same unit.</summary>
    /// <value><see cref="PlotAspect.Free"/> by default.</value>
    public PlotAspect Aspect { get; init; }

    /// <summary>Unit behind tick labels, such as "°".</summary>
    /// <value>Empty by default.</value>
    public string TickSuffix { get; init; } = "";

    /// <summary>Colours of the densities.</summary>
    /// <value>Viridis by default.</value>
    public ColourMap Map { get; init; } = ColourMap.Viridis;

    /// <summary>Values of the densities.</summary>
    /// <value><see cref="ColourScale.ForDensity"/> of all densities shown by default.</value>
    public ColourScale? Scale { get; init; }

    /// <summary>Side in points of a square panel, and about that of another.</summary>
    /// <value>300 by default.</value>
    public float PanelSide { get; init; } = 300;

    /// <inheritdoc/>
    public SKSize Size => Arrange().Size;

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        var layout = Arrange();
        FigureLayout.DrawPage(canvas, layout.Size, Title, Caption);
        var panel = 0;
        DrawPoints($"Data ({FigureLayout.Count(Data.Rows)})", Data, FigureStyle.Data);
        if (TrueDensity is { } trueDensity)
        {
            DrawField("True density", trueDensity);
        }

        DrawField("Model density", Density);
        DensityPanel.DrawBar(canvas, layout.Frames[panel - 1], layout.Bar);
        DrawPoints($"Model samples ({FigureLayout.Count(Samples.Rows)})", Samples, FigureStyle.Samples);

        void DrawPoints(string heading, PointTable points, SKColor colour)
        {
            var (area, axes) = Next(heading);
            DensityPanel.DrawPoints(canvas, area, points, colour, axes with { Grid = true }, "no points");
        }

        void DrawField(string heading, DensityField field)
        {
            var (area, axes) = Next(heading);
            DensityPanel.DrawField(canvas, area, field, Map, layout.Bar.Scale, axes);
        }

        (PlotArea Area, Axes Axes) Next(string heading)
        {
            var frame = layout.Frames[panel++];
            FigureLayout.DrawHeading(canvas, frame, heading);
            var isFirst = panel == 1;
            var isLast = panel == layout.Frames.Length;
            var axes = IsStacked
                ? layout.Axes with { XTitle = isLast ? layout.Axes.XTitle : "", XLabels = isLast }
                : layout.Axes with { YTitle = isFirst ? layout.Axes.YTitle : "", YLabels = isFirst };
            return (new PlotArea(frame, Density.X, Density.Y), axes);
        }
    }

    // Three wide panels in a row would leave each too low to read.
    private bool IsStacked => Aspect == PlotAspect.EqualUnits && Density.Y.Span / Density.X.Span is >= 0.25 and < 0.6;

    private (SKSize Size, SKRect[] Frames, Axes Axes, ColourBar Bar) Arrange()
    {
        var frame = FigureLayout.FrameSize(PanelSide, Aspect, Density.X, Density.Y);
        var axes = new Axes { XTitle = Data.ColumnNames[0], YTitle = Data.ColumnNames[1], XSuffix = TickSuffix, YSuffix = TickSuffix };
        var scale = Scale ?? ColourScale.ForDensity(TrueDensity is null ? Density.Densities : [.. Density.Densities, .. TrueDensity.Densities]);
        var bar = new ColourBar { Map = Map, Scale = scale, Title = "density per unit area" };
        var frames = new SKRect[TrueDensity is null ? 3 : 4];
        var y = FigureLayout.Top(Title, Caption) + FigureLayout.HeadingHeight;
        var x = FigureStyle.Border + axes.LeftMargin(Density.Y, frame.Height);
        var barRoom = DensityPanel.BarRoom(bar, frame.Height);
        if (IsStacked)
        {
            for (var i = 0; i < frames.Length; i++)
            {
                frames[i] = SKRect.Create(x, y + (i * (frame.Height + FigureLayout.HeadingHeight + StackGap)), frame.Width, frame.Height);
            }

            x += frame.Width + barRoom;
        }
        else
        {
            var gap = Math.Max(PanelGap, MathF.Ceiling(axes.WidestXLabel(Density.X, frame.Width)) + 8);
            for (var i = 0; i < frames.Length; i++)
            {
                frames[i] = SKRect.Create(x, y, frame.Width, frame.Height);
                x += frame.Width + (i == frames.Length - 2 ? barRoom + BarGap : i == frames.Length - 1 ? 0 : gap);
            }
        }

        return (new SKSize(x + FigureStyle.Border, frames[^1].Bottom + axes.BottomMargin() + FigureStyle.Border - 4), frames, axes, bar);
    }
}
