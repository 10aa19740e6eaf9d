using System.Globalization;
using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>A vector field in the plane at one time, as arrows, over the density at that time if given.</summary>
public sealed record VectorFieldFigure : IFigure
{
    private static readonly ColourMap _pale = ColourMap.Wash(FigureStyle.Data);

    /// <summary>The velocities; their limits are the axes'.</summary>
    public required VectorGrid Field { get; init; }

    /// <summary>The density at the same time, drawn palely below the arrows.</summary>
    /// <value>None by default.</value>
    public DensityField? Density { get; init; }

    /// <summary>Values of the density; give all frames of an animation the same.</summary>
    /// <value><see cref="ColourScale.ForDensity"/> by default.</value>
    public ColourScale? Scale { get; init; }

    /// <summary>The time of the field, written at the end of the caption.</summary>
    /// <value>None by default.</value>
    public double? Time { get; init; }

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title; time and greatest speed are added to it.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <summary>Title of the x axis.</summary>
    /// <value>Empty by default.</value>
    public string XTitle { get; init; } = "";

    /// <summary>Title of the y axis.</summary>
    /// <value>Empty by default.</value>
    public string YTitle { get; init; } = "";

    /// <summary>Whether both axes have the same unit.</summary>
    /// <value><see cref="PlotAspect.Free"/> by default.</value>
    public PlotAspect Aspect { get; init; }

    /// <summary>Side in points of a square panel, and about that of another.</summary>
    /// <value>440 by default.</value>
    public float PanelSide { get; init; } = 440;

    /// <inheritdoc/>
    public SKSize Size => Arrange().Size;

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        var (size, area, axes) = Arrange();
        FigureLayout.DrawPage(canvas, size, Title, FullCaption());
        Density?.Draw(canvas, area, _pale, Scale ?? ColourScale.ForDensity(Density.Densities));
        canvas.Save();
        canvas.ClipRect(area.Frame);
        ArrowLayer.Draw(canvas, area, Field, FigureStyle.Text.WithAlpha(220));
        canvas.Restore();
        axes.Draw(canvas, area);
    }

    private string FullCaption()
    {
        var speed = 0.0;
        for (var i = 0; i < Field.U.Length; i++)
        {
            var own = Math.Max(Math.Abs(Field.U[i]), Math.Abs(Field.V[i])) is var largest && largest > 0
                ? largest * Math.Sqrt(Math.Pow(Field.U[i] / largest, 2) + Math.Pow(Field.V[i] / largest, 2))
                : 0;
            speed = double.IsFinite(own) ? Math.Max(speed, own) : speed;
        }

        var parts = new[]
        {
            Caption,
            Time is { } time ? "t = " + time.ToString("0.00", CultureInfo.InvariantCulture).Replace('-', '−') : "",
            "greatest speed " + speed.ToString("G3", CultureInfo.InvariantCulture),
        };
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private (SKSize Size, PlotArea Area, Axes Axes) Arrange()
    {
        var frame = FigureLayout.FrameSize(PanelSide, Aspect, Field.X, Field.Y);
        var axes = new Axes { XTitle = XTitle, YTitle = YTitle };
        var left = FigureStyle.Border + axes.LeftMargin(Field.Y, frame.Height);
        var top = FigureLayout.Top(Title, FullCaption()) + 4;
        var size = new SKSize(left + frame.Width + FigureStyle.Border + 8, top + frame.Height + axes.BottomMargin() + FigureStyle.Border - 4);
        return (size, new PlotArea(SKRect.Create(left, top, frame.Width, frame.Height), Field.X, Field.Y), axes);
    }
}
