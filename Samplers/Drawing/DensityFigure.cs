using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>One density in the plane as a heat map with a colour bar, with points over it if wanted.</summary>
public sealed record DensityFigure : IFigure
{
    /// <summary>The density; its limits are the axes'.</summary>
    public required DensityField Density { get; init; }

    /// <summary>Points drawn over the density, two columns.</summary>
    /// <value>None by default.</value>
    /// <exception cref="ArgumentException">There are not two columns.</exception>
    public PointTable? Points { get; init => field = value is null ? null : DensityPanel.RequirePlane(value, nameof(Points)); }

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <summary>Title of the x axis.</summary>
    /// <value>Empty by default.</value>
    public string XTitle { get; init; } = "";

    /// <summary>Title of the y axis.</summary>
    /// <value>Empty by default.</value>
    public string YTitle { get; init; } = "";

    /// <summary>Unit behind tick labels, such as "°".</summary>
    /// <value>Empty by default.</value>
    public string TickSuffix { get; init; } = "";

    /// <summary>Whether both axes have the same unit.</summary>
    /// <value><see cref="PlotAspect.Free"/> by default.</value>
    public PlotAspect Aspect { get; init; }

    /// <summary>Colours of the density.</summary>
    /// <value>Viridis by default.</value>
    public ColourMap Map { get; init; } = ColourMap.Viridis;

    /// <summary>Values of the density; give all frames of an animation the same.</summary>
    /// <value><see cref="ColourScale.ForDensity"/> by default.</value>
    public ColourScale? Scale { get; init; }

    /// <summary>Side in points of a square panel, and about that of another.</summary>
    /// <value>440 by default.</value>
    public float PanelSide { get; init; } = 440;

    /// <inheritdoc/>
    public SKSize Size => Arrange().Size;

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        var (size, area, axes, bar) = Arrange();
        FigureLayout.DrawPage(canvas, size, Title, Caption);
        DensityPanel.DrawField(canvas, area, Density, Map, bar.Scale, axes);
        if (Points is { } points)
        {
            ScatterLayer.Draw(canvas, area, points.Column(0), points.Column(1), SKColors.White);
        }

        DensityPanel.DrawBar(canvas, area.Frame, bar);
    }

    private (SKSize Size, PlotArea Area, Axes Axes, ColourBar Bar) Arrange()
    {
        var frame = FigureLayout.FrameSize(PanelSide, Aspect, Density.X, Density.Y);
        var axes = new Axes { XTitle = XTitle, YTitle = YTitle, XSuffix = TickSuffix, YSuffix = TickSuffix };
        var bar = new ColourBar { Map = Map, Scale = Scale ?? ColourScale.ForDensity(Density.Densities), Title = "density per unit area" };
        var left = FigureStyle.Border + axes.LeftMargin(Density.Y, frame.Height);
        var top = FigureLayout.Top(Title, Caption) + 4;
        var size = new SKSize(
            left + frame.Width + DensityPanel.BarRoom(bar, frame.Height) + FigureStyle.Border,
            top + frame.Height + axes.BottomMargin() + FigureStyle.Border - 4);
        return (size, new PlotArea(SKRect.Create(left, top, frame.Width, frame.Height), Density.X, Density.Y), axes, bar);
    }
}
