using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>Colours and markers of methods that are compared: neighbours differ in both, so that neither print nor colour vision hides one.</summary>
internal static class ScalingStyle
{
    // Okabe and Ito's palette first, then darker tones between its hues.
    private static readonly SKColor[] _colours =
    [
        new(0x00, 0x72, 0xB2), new(0xD5, 0x5E, 0x00), new(0x00, 0x8A, 0x66), new(0xC2, 0x5B, 0x8E), new(0xE0, 0x97, 0x00), new(0x3F, 0xA7, 0xE0),
        new(0x5B, 0x3F, 0x9E), new(0x8C, 0x4A, 0x2F), new(0x2E, 0x2E, 0x34), new(0x8F, 0x9A, 0x12), new(0x12, 0x7F, 0x8C), new(0x9A, 0x9A, 0xA2),
    ];

    private const int Shapes = 5;

    /// <summary>The colour of a method.</summary>
    public static SKColor Colour(int index) => _colours[index % _colours.Length];

    /// <summary>Draws a method's marker.</summary>
    /// <param name="canvas">The canvas.</param>
    /// <param name="index">The method.</param>
    /// <param name="centre">Its centre, in points.</param>
    /// <param name="radius">Its size, in points.</param>
    /// <param name="isOpen">Whether it is an outline filled with white.</param>
    public static void DrawMarker(SKCanvas canvas, int index, SKPoint centre, float radius, bool isOpen)
    {
        using var path = Shape(index % Shapes, centre, radius);
        using var fill = FigureStyle.Fill(isOpen ? SKColors.White : Colour(index));
        using var line = FigureStyle.Line(isOpen ? Colour(index) : SKColors.White, isOpen ? 1.8f : 0.8f);
        line.StrokeJoin = SKStrokeJoin.Miter;
        canvas.DrawPath(path, fill);
        canvas.DrawPath(path, line);
    }

    private static SKPath Shape(int shape, SKPoint at, float r)
    {
        using var builder = new SKPathBuilder();
        switch (shape)
        {
            case 0:
                builder.AddCircle(at.X, at.Y, r);
                break;
            case 1:
                builder.AddRect(SKRect.Create(at.X - (0.88f * r), at.Y - (0.88f * r), 1.76f * r, 1.76f * r));
                break;
            case 2:
                builder.AddPoly([new(at.X, at.Y - (1.25f * r)), new(at.X + (1.15f * r), at.Y + (0.8f * r)), new(at.X - (1.15f * r), at.Y + (0.8f * r))], true);
                break;
            case 3:
                builder.AddPoly([new(at.X, at.Y - (1.3f * r)), new(at.X + (1.3f * r), at.Y), new(at.X, at.Y + (1.3f * r)), new(at.X - (1.3f * r), at.Y)], true);
                break;
            default:
                builder.AddPoly([new(at.X, at.Y + (1.25f * r)), new(at.X + (1.15f * r), at.Y - (0.8f * r)), new(at.X - (1.15f * r), at.Y - (0.8f * r))], true);
                break;
        }

        return builder.Detach();
    }
}
