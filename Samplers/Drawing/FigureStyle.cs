using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>The one light theme of all figures: colours, text sizes in points, and distances in points.</summary>
internal static class FigureStyle
{
    /// <summary>Size of tick labels and captions.</summary>
    public const float TickSize = 13;

    /// <summary>Size of axis titles and legends.</summary>
    public const float LabelSize = 14;

    /// <summary>Size of a panel's heading.</summary>
    public const float HeadingSize = 15;

    /// <summary>Size of a figure's title.</summary>
    public const float TitleSize = 19;

    /// <summary>Empty border around a figure.</summary>
    public const float Border = 18;

    /// <summary>Length of a tick mark.</summary>
    public const float TickLength = 4;

    /// <summary>Blue and vermilion of Okabe and Ito's palette, apart for every common colour vision: data here, samples below.</summary>
    public static readonly SKColor Data = new(0x00, 0x72, 0xB2);

    /// <summary>The colour of model samples.</summary>
    public static readonly SKColor Samples = new(0xD5, 0x5E, 0x00);

    /// <summary>The third colour, for a best value or an end point.</summary>
    public static readonly SKColor Accent = new(0x00, 0x8A, 0x66);

    /// <summary>Titles and axis titles.</summary>
    public static readonly SKColor Text = new(0x20, 0x20, 0x24);

    /// <summary>Tick labels and captions.</summary>
    public static readonly SKColor Muted = new(0x5A, 0x5A, 0x62);

    /// <summary>Frames and tick marks.</summary>
    public static readonly SKColor Frame = new(0x8A, 0x8A, 0x92);

    /// <summary>Grid lines.</summary>
    public static readonly SKColor Grid = new(0xE9, 0xE9, 0xEC);

    /// <summary>A one-point line in <paramref name="colour"/>; the caller disposes it.</summary>
    public static SKPaint Line(SKColor colour, float width = 1) => new()
    {
        Color = colour,
        IsAntialias = true,
        IsStroke = true,
        StrokeWidth = width,
        StrokeJoin = SKStrokeJoin.Round,
        StrokeCap = SKStrokeCap.Round,
    };

    /// <summary>A filled area in <paramref name="colour"/>; the caller disposes it.</summary>
    public static SKPaint Fill(SKColor colour) => new() { Color = colour, IsAntialias = true };
}
