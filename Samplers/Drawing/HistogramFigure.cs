using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>How many things have each value of a count, in parts that are stacked: a bar for each value that occurs, with its number above.</summary>
public sealed record HistogramFigure : IFigure
{
    private const float FrameWidth = 520;
    private const float FrameHeight = 260;
    private const float LegendHeight = FigureStyle.TickSize + 12;
    private const float MostBarWidth = 44;
    private const float BarShare = 0.8f;
    private const double RoomAbove = 0.09; // of the highest bar, for its number

    private static readonly SKColor[] _colours = [FigureStyle.Data, FigureStyle.Samples, FigureStyle.Accent];

    /// <summary>The bars; values differ.</summary>
    /// <exception cref="ArgumentException">There is none, two have one value, or one has another number of parts.</exception>
    public required IReadOnlyList<HistogramBar> Bars
    {
        get;
        init => field = value is { Count: > 0 } && value.DistinctBy(bar => bar.Value).Count() == value.Count && value.All(bar => bar.Counts.Count == value[0].Counts.Count && bar.Counts.Count is >= 1 and <= 3)
            ? [.. value.OrderBy(bar => bar.Value)]
            : throw new ArgumentException("A histogram has bars of different values, each of the same one to three parts.", nameof(value));
    }

    /// <summary>What the parts are, from below.</summary>
    public required IReadOnlyList<string> Parts { get; init; }

    /// <summary>Title of the axis of values.</summary>
    public required string XTitle { get; init; }

    /// <summary>Title of the axis of numbers of things.</summary>
    public required string YTitle { get; init; }

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <inheritdoc/>
    public SKSize Size => new(
        FigureStyle.Border + Axes.LeftMargin(Y, FrameHeight) + FrameWidth + FigureStyle.Border,
        Top + FrameHeight + Axes.BottomMargin() + FigureStyle.Border);

    private float Top => FigureLayout.Top(Title, Caption) + LegendHeight;

    private Axes Axes => new() { XTitle = XTitle, YTitle = YTitle, XUnit = 1, XAt = [.. Bars.Select(bar => bar.Value)], Grid = true };

    private DataLimits X => new(Bars[0].Value - (1.5 * Distance), Bars[^1].Value + (1.5 * Distance));

    private DataLimits Y => new(0, (1 + RoomAbove) * Math.Max(1, Bars.Max(bar => bar.Total)));

    /// <summary>The least distance of two values, of one alone 1.</summary>
    private int Distance => Bars.Zip(Bars.Skip(1), (a, b) => b.Value - a.Value).DefaultIfEmpty(1).Min();

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        FigureLayout.DrawPage(canvas, Size, Title, Caption);
        var area = new PlotArea(SKRect.Create(FigureStyle.Border + Axes.LeftMargin(Y, FrameHeight), Top, FrameWidth, FrameHeight), X, Y);
        Axes.DrawGrid(canvas, area);
        float width = MathF.Min(MostBarWidth, BarShare * (area.ToPixelX(Distance) - area.ToPixelX(0)));
        foreach (var bar in Bars)
        {
            DrawBar(canvas, area, bar, width);
        }

        Axes.Draw(canvas, area);
        new Legend { Entries = [.. Parts.Select((part, i) => (Legend.Mark.Disc, _colours[i], part))] }.Draw(canvas, area.Frame.Left, Top - 8);
    }

    private void DrawBar(SKCanvas canvas, PlotArea area, HistogramBar bar, float width)
    {
        float left = area.ToPixelX(bar.Value) - (width / 2);
        int below = 0;
        for (int i = 0; i < bar.Counts.Count; i++)
        {
            float bottom = area.ToPixelY(below), top = area.ToPixelY(below += bar.Counts[i]);
            using var fill = FigureStyle.Fill(_colours[i]);
            canvas.DrawRect(SKRect.Create(left, top, width, bottom - top), fill);
        }

        string number = FigureLayout.Count(bar.Total);
        if (FigureText.Width(number, FigureStyle.TickSize) < area.ToPixelX(Distance) - area.ToPixelX(0))
        {
            FigureText.Draw(canvas, number, area.ToPixelX(bar.Value), area.ToPixelY(bar.Total) - 4, SKTextAlign.Center, FigureStyle.TickSize, FigureStyle.Muted);
        }
    }
}
