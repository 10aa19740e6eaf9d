using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>A legend in one line, which stands above frames so that it never covers data.</summary>
internal sealed record Legend
{
    private const float MarkWidth = 18;
    private const float Gap = 16;

    /// <summary>What a mark looks like.</summary>
    public enum Mark
    {
        /// <summary>A thin line.</summary>
        ThinLine,

        /// <summary>A thick line.</summary>
        Line,

        /// <summary>A disc.</summary>
        Disc,

        /// <summary>A ring.</summary>
        Ring,
    }

    /// <summary>The entries from left to right.</summary>
    public required IReadOnlyList<(Mark Mark, SKColor Colour, string Label)> Entries { get; init; }

    /// <summary>The width in points of all entries.</summary>
    public float Width => Entries.Sum(entry => MarkWidth + 6 + FigureText.Width(entry.Label, FigureStyle.TickSize)) + (Gap * Math.Max(0, Entries.Count - 1));

    /// <summary>Draws the entries from <paramref name="x"/> on, with their baseline at <paramref name="y"/>.</summary>
    public void Draw(SKCanvas canvas, float x, float y)
    {
        foreach (var (mark, colour, label) in Entries)
        {
            DrawMark(canvas, mark, colour, new SKPoint(x + (MarkWidth / 2), y - (0.36f * FigureStyle.TickSize)));
            x += MarkWidth + 6;
            FigureText.Draw(canvas, label, x, y, SKTextAlign.Left, FigureStyle.TickSize, FigureStyle.Text);
            x += FigureText.Width(label, FigureStyle.TickSize) + Gap;
        }
    }

    private static void DrawMark(SKCanvas canvas, Mark mark, SKColor colour, SKPoint centre)
    {
        using var line = FigureStyle.Line(colour, mark == Mark.ThinLine ? 1 : 2);
        using var fill = FigureStyle.Fill(colour);
        switch (mark)
        {
            case Mark.Disc:
                canvas.DrawCircle(centre, 4, fill);
                break;
            case Mark.Ring:
                canvas.DrawCircle(centre, 4.5f, line);
                break;
            default:
                canvas.DrawLine(centre.X - (MarkWidth / 2), centre.Y, centre.X + (MarkWidth / 2), centre.Y, line);
                break;
        }
    }
}
