using System.Globalization;
using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>How often each class was taken for each: a row for what things are, a column for what they were taken for.</summary>
/// <remarks>Cells are coloured by their share of the row, so that rare classes show as well as common ones; zeros are left blank.</remarks>
public sealed record ConfusionFigure : IFigure
{
    private const float LargestCell = 46;
    private const float SmallestCell = 15;
    private const float LargestTable = 620;
    private const float LegibleCell = 24;
    private const float LongestName = 150;
    private const double White = 0.55; // of the darkest colour, from which on text is white

    private static readonly ColourMap _ink = ColourMap.Ink(FigureStyle.Data);

    /// <summary>Counts by true class, then by the class it was taken for: as many of both.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Counts
    {
        get;
        init => field = value is { Count: > 0 } && value.All(row => row.Count == value.Count)
            ? value
            : throw new ArgumentException("Counts are a square table with a row and a column for each class.", nameof(value));
    }

    /// <summary>The classes' names.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Title of the figure.</summary>
    /// <value>Empty by default.</value>
    public string Title { get; init; } = "";

    /// <summary>One line below the title.</summary>
    /// <value>Empty by default.</value>
    public string Caption { get; init; } = "";

    /// <inheritdoc/>
    public SKSize Size => new(MathF.Max(430, Left + (Classes * Cell) + FigureStyle.Border), Top + (Classes * Cell) + FigureStyle.Border);

    private int Classes => Counts.Count;

    private float Cell => Math.Clamp(LargestTable / Classes, SmallestCell, LargestCell);

    private float NameWidth => MathF.Min(LongestName, Names.Max(name => FigureText.Width(name, FigureStyle.TickSize)) + 8);

    private bool IsUpwards => NameWidth > Cell;

    private float Left => FigureStyle.Border + FigureStyle.LabelSize + 10 + NameWidth;

    private float Top => FigureLayout.Top(Title, Caption) + FigureStyle.LabelSize + 12 + (IsUpwards ? NameWidth : FigureStyle.TickSize + 6);

    /// <inheritdoc/>
    public void Draw(SKCanvas canvas)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        FigureLayout.DrawPage(canvas, Size, Title, Caption);
        float side = Classes * Cell;
        FigureText.Draw(canvas, "taken for", Left + (side / 2), FigureLayout.Top(Title, Caption) + FigureStyle.LabelSize, SKTextAlign.Center, FigureStyle.LabelSize, FigureStyle.Text);
        FigureText.DrawUpwards(canvas, "is", FigureStyle.Border + (FigureStyle.LabelSize / 2), Top + (side / 2), side, FigureStyle.LabelSize, FigureStyle.Text);
        for (int i = 0; i < Classes; i++)
        {
            float at = (i + 0.5f) * Cell;
            FigureText.Draw(canvas, FigureText.Shorten(Names[i], NameWidth, FigureStyle.TickSize), Left - 8, Top + at + (0.36f * FigureStyle.TickSize), SKTextAlign.Right, FigureStyle.TickSize, FigureStyle.Muted);
            if (IsUpwards)
            {
                FigureText.DrawUpwards(canvas, Names[i], Left + at, Top - 6 - (NameWidth / 2), NameWidth, FigureStyle.TickSize, FigureStyle.Muted);
            }
            else
            {
                FigureText.Draw(canvas, Names[i], Left + at, Top - 8, SKTextAlign.Center, FigureStyle.TickSize, FigureStyle.Muted);
            }

            DrawRow(canvas, i);
        }

        using var frame = FigureStyle.Line(FigureStyle.Frame);
        canvas.DrawRect(Left, Top, side, side, frame);
    }

    private void DrawRow(SKCanvas canvas, int row)
    {
        double total = Math.Max(1, Counts[row].Sum());
        for (int column = 0; column < Classes; column++)
        {
            int count = Counts[row][column];
            double share = count / total;
            var cell = SKRect.Create(Left + (column * Cell), Top + (row * Cell), Cell, Cell);
            using var fill = FigureStyle.Fill(_ink.At(0.8 * Math.Sqrt(share)));
            canvas.DrawRect(cell, fill);
            using var grid = FigureStyle.Line(FigureStyle.Grid);
            canvas.DrawRect(cell, grid);
            if (count > 0 && Cell >= LegibleCell)
            {
                float size = MathF.Min(FigureStyle.TickSize, Cell / 3);
                FigureText.Draw(canvas, count.ToString(CultureInfo.InvariantCulture), cell.MidX, cell.MidY + (0.36f * size), SKTextAlign.Center, size, 0.8 * Math.Sqrt(share) > White ? SKColors.White : FigureStyle.Text);
            }
        }
    }
}
