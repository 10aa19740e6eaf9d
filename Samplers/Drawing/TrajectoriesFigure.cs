using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Lines along which points flow from base to data, coloured by time, with start and end marked.</summary>
public sealed record TrajectoriesFigure : IFigure
{
    // Yellow, viridis' end, is too pale for lines on white.
    private const double DarkPart = 0.88;

    /// <summary>The points' ways.</summary>
    public required TrajectorySet Trajectories { get; init; }

    /// <summary>What the first positions are called.</summary>
    /// <value>"base" by default.</value>
    public string StartLabel { get; init; } = "base";

    /// <summary>What the last positions are called.</summary>
    /// <value>"samples" by default.</value>
    public string EndLabel { get; init; } = "samples";

    /// <summary>Limits of x.</summary>
    /// <value>Robust limits of all positions by default.</value>
    public DataLimits? X { get; init; }

    /// <summary>Limits of y.</summary>
    /// <value>Robust limits of all positions by default.</value>
    public DataLimits? Y { get; init; }

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

    /// <summary>Whether both axes have the same unit.</summary>
    /// <value><see cref="PlotAspect.Free"/> by default.</value>
    public PlotAspect Aspect { get; init; }

    /// <summary>Side in points of a square panel, and about that of another.</summary>
    /// <value>440 by default.</value>
    public float PanelSide { get; init; } = 440;

    /// <inheritdoc/>
    public SKSize Size => Arrange().Size;

    private int Last => Trajectories.Times.Length - 1;

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        var (size, area, axes, bar) = Arrange();
        FigureLayout.DrawPage(canvas, size, Title, Caption);
        canvas.Save();
        canvas.ClipRect(area.Frame);
        var crowding = Math.Clamp(60f / Math.Max(1, Trajectories.Points), 0.25f, 1);
        for (var time = 0; time < Last; time++)
        {
            var colour = bar.Map.At(bar.Scale.FractionOf((Trajectories.Times[time] + Trajectories.Times[time + 1]) / 2));
            DrawInterval(canvas, area, time, colour.WithAlpha((byte)(150 + (80 * crowding))), 0.8f + (0.8f * crowding));
        }

        var radius = 1.6f + (1.4f * crowding);
        using var ring = FigureStyle.Line(FigureStyle.Muted, 1.2f);
        using var disc = FigureStyle.Fill(FigureStyle.Samples);
        DrawMarks(canvas, area, 0, radius, ring);
        DrawMarks(canvas, area, Last, radius, disc);
        canvas.Restore();
        axes.Draw(canvas, area);
        DensityPanel.DrawBar(canvas, area.Frame, bar);
        new Legend { Entries = [(Legend.Mark.Ring, FigureStyle.Muted, StartLabel), (Legend.Mark.Disc, FigureStyle.Samples, EndLabel)] }
            .Draw(canvas, area.Frame.Left, area.Frame.Top - 9);
    }

    // One path for all points in each interval, not one for each point: an SVG of a thousand ways stays small.
    private void DrawInterval(SKCanvas canvas, PlotArea area, int time, SKColor colour, float width)
    {
        using var builder = new SKPathBuilder();
        for (var point = 0; point < Trajectories.Points; point++)
        {
            var (from, to) = (Position(area, point, time), Position(area, point, time + 1));
            if (from is { } start && to is { } end)
            {
                builder.MoveTo(start);
                builder.LineTo(end);
            }
        }

        using var path = builder.Detach();
        using var line = FigureStyle.Line(colour, width);
        line.StrokeCap = SKStrokeCap.Butt;
        canvas.DrawPath(path, line);
    }

    private void DrawMarks(SKCanvas canvas, PlotArea area, int time, float radius, SKPaint paint)
    {
        for (var point = 0; point < Trajectories.Points; point++)
        {
            if (Position(area, point, time) is { } position)
            {
                canvas.DrawCircle(position, radius, paint);
            }
        }
    }

    private SKPoint? Position(PlotArea area, int point, int time)
    {
        var index = (point * Trajectories.Times.Length) + time;
        var (x, y) = (Trajectories.X[index], Trajectories.Y[index]);
        return DataLimits.IsDrawable(x) && DataLimits.IsDrawable(y) ? area.ToPixel(x, y) : null;
    }

    private (SKSize Size, PlotArea Area, Axes Axes, ColourBar Bar) Arrange()
    {
        var (x, y) = (X ?? DataLimits.Robust(Trajectories.X), Y ?? DataLimits.Robust(Trajectories.Y));
        var frame = FigureLayout.FrameSize(PanelSide, Aspect, x, y);
        var axes = new Axes { XTitle = XTitle, YTitle = YTitle };
        var times = DataLimits.Tight(Math.Min(Trajectories.Times[0], Trajectories.Times[^1]), Math.Max(Trajectories.Times[0], Trajectories.Times[^1]));
        var bar = new ColourBar { Map = ColourMap.Viridis.Part(0, DarkPart), Scale = new ColourScale { Limits = times }, Title = "time" };
        var left = FigureStyle.Border + axes.LeftMargin(y, frame.Height);
        var top = FigureLayout.Top(Title, Caption) + FigureLayout.HeadingHeight;
        var size = new SKSize(
            left + frame.Width + DensityPanel.BarRoom(bar, frame.Height) + FigureStyle.Border,
            top + frame.Height + axes.BottomMargin() + FigureStyle.Border - 4);
        return (size, new PlotArea(SKRect.Create(left, top, frame.Width, frame.Height), x, y), axes, bar);
    }
}
