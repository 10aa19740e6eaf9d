using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Text in the embedded DejaVu Sans.</summary>
/// <remarks>SkiaSharp's own default typeface has no glyphs where fontconfig is absent and then draws nothing, silently; hence
/// a font of our own, and an error rather than a fallback when it is missing.</remarks>
internal static class FigureText
{
    private static readonly SKTypeface _typeface = Load();

    /// <summary>The family name that SVG files refer to.</summary>
    public static string Family => _typeface.FamilyName;

    /// <summary>The advance width of <paramref name="text"/> in points.</summary>
    public static float Width(string text, float size)
    {
        using var font = Font(size);
        return font.MeasureText(Clean(text));
    }

    /// <summary>Draws one line with its baseline at <paramref name="y"/>; control characters become spaces.</summary>
    public static void Draw(SKCanvas canvas, string text, float x, float y, SKTextAlign align, float size, SKColor colour)
    {
        using var font = Font(size);
        using var paint = FigureStyle.Fill(colour);
        canvas.DrawText(Clean(text), x, y, align, font, paint);
    }

    /// <summary>Draws one line that reads upwards, centred on (<paramref name="x"/>, <paramref name="y"/>), shortened to <paramref name="room"/>.</summary>
    public static void DrawUpwards(SKCanvas canvas, string text, float x, float y, float room, float size, SKColor colour)
    {
        canvas.Save();
        canvas.Translate(x, y);
        canvas.RotateDegrees(-90);
        Draw(canvas, Shorten(text, room, size), 0, 0.36f * size, SKTextAlign.Center, size, colour);
        canvas.Restore();
    }

    /// <summary><paramref name="text"/>, or as much of its beginning as fits into <paramref name="room"/> points with an ellipsis behind it.</summary>
    public static string Shorten(string text, float room, float size)
    {
        var clean = Clean(text);
        using var font = Font(size);
        if (font.MeasureText(clean) <= room)
        {
            return clean;
        }

        var fits = font.BreakText(clean, Math.Max(0, room - font.MeasureText("…")));
        return string.Concat(clean.AsSpan(0, fits).TrimEnd(), "…");
    }

    private static string Clean(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;

    // Linear metrics and no hinting: a label is as wide at scale 1 as at scale 3, so layouts do not depend on the scale.
    private static SKFont Font(float size) => new(_typeface, size)
    {
        Subpixel = true,
        LinearMetrics = true,
        Edging = SKFontEdging.Antialias,
        Hinting = SKFontHinting.None,
    };

    private static SKTypeface Load()
    {
        const string name = "FlowOde.Samplers.Fonts.DejaVuSans.ttf";
        using var stream = typeof(FigureText).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The font resource {name} is missing from the assembly; build FlowOde.Samplers with Fonts/DejaVuSans.ttf.");
        return SKTypeface.FromStream(stream)
            ?? throw new InvalidOperationException($"SkiaSharp could not read the font resource {name}; is the file damaged?");
    }
}
