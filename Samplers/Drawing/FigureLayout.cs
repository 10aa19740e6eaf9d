using System.Globalization;
using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>What figures have in common: background, title and caption at the top left, panel headings, sizes of frames.</summary>
internal static class FigureLayout
{
    /// <summary>Room in points above a frame for its heading.</summary>
    public const float HeadingHeight = FigureStyle.HeadingSize + 9;

    /// <summary>Where the content below title and caption begins, in points from the top.</summary>
    public static float Top(string title, string caption) => FigureStyle.Border
        + (title.Length > 0 ? FigureStyle.TitleSize + 8 : 0)
        + (caption.Length > 0 ? FigureStyle.TickSize + 8 : 0)
        + (title.Length + caption.Length > 0 ? 8 : 0);

    /// <summary>Fills the page and writes title and caption, each shortened to one line.</summary>
    public static void DrawPage(SKCanvas canvas, SKSize size, string title, string caption)
    {
        using var page = new SKPaint { Color = SKColors.White };
        canvas.DrawRect(0, 0, size.Width, size.Height, page);
        var y = FigureStyle.Border;
        var room = size.Width - (2 * FigureStyle.Border);
        if (title.Length > 0)
        {
            y += FigureStyle.TitleSize;
            FigureText.Draw(canvas, FigureText.Shorten(title, room, FigureStyle.TitleSize), FigureStyle.Border, y - 3, SKTextAlign.Left, FigureStyle.TitleSize, FigureStyle.Text);
            y += 8;
        }

        if (caption.Length > 0)
        {
            y += FigureStyle.TickSize;
            FigureText.Draw(canvas, FigureText.Shorten(caption, room, FigureStyle.TickSize), FigureStyle.Border, y - 2, SKTextAlign.Left, FigureStyle.TickSize, FigureStyle.Muted);
        }
    }

    /// <summary>Writes a heading centred above <paramref name="frame"/>.</summary>
    public static void DrawHeading(SKCanvas canvas, SKRect frame, string heading) => FigureText.Draw(
        canvas, FigureText.Shorten(heading, frame.Width, FigureStyle.HeadingSize), frame.MidX, frame.Top - 9, SKTextAlign.Center, FigureStyle.HeadingSize, FigureStyle.Text);

    /// <summary>Writes a remark in the middle of an otherwise empty frame.</summary>
    public static void DrawRemark(SKCanvas canvas, SKRect frame, string remark) => FigureText.Draw(
        canvas, FigureText.Shorten(remark, frame.Width - 8, FigureStyle.TickSize), frame.MidX, frame.MidY, SKTextAlign.Center, FigureStyle.TickSize, FigureStyle.Muted);

    /// <summary>The size of a frame about as large as a square of <paramref name="side"/> points.</summary>
    public static SKSize FrameSize(float side, PlotAspect aspect, DataLimits x, DataLimits y)
    {
        var ratio = y.Span / x.Span;
        if (aspect == PlotAspect.Free || !(ratio is >= 0.25 and <= 4))
        {
            return new SKSize(side, side);
        }

        var width = MathF.Round(side / (float)Math.Sqrt(ratio));
        return new SKSize(width, MathF.Round(width * (float)ratio));
    }

    /// <summary>A count with thousands separators.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
