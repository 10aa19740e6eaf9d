using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>A rectangle of a figure that shows a rectangle of data: x to the right, y upwards.</summary>
/// <param name="Frame">The rectangle in points.</param>
/// <param name="X">Data units at its left and right edges.</param>
/// <param name="Y">Data units at its bottom and top edges.</param>
public sealed record PlotArea(SKRect Frame, DataLimits X, DataLimits Y)
{
    // Skia's rasteriser wants coordinates that fit fixed point; anything this far out is off every page.
    private const double FarOut = 30_000;

    /// <summary>The largest rectangle centred in <paramref name="available"/> where a unit of x is as long as a unit of y.</summary>
    /// <remarks>Use it where both axes have one unit, as for positions in a plane.</remarks>
    public static PlotArea WithEqualUnits(SKRect available, DataLimits x, DataLimits y)
    {
        var scale = Math.Min(available.Width / x.Span, available.Height / y.Span);
        var width = (float)(scale * x.Span);
        var height = (float)(scale * y.Span);
        return new PlotArea(SKRect.Create(available.MidX - (width / 2), available.MidY - (height / 2), width, height), x, y);
    }

    /// <summary>Position in points of an x in data units; what lies far out stays finite, NaN stays NaN.</summary>
    public float ToPixelX(double x) => (float)Math.Clamp(Frame.Left + ((x - X.Minimum) / X.Span * Frame.Width), -FarOut, FarOut);

    /// <summary>Position in points, counted downwards, of a y in data units; what lies far out stays finite, NaN stays NaN.</summary>
    public float ToPixelY(double y) => (float)Math.Clamp(Frame.Bottom - ((y - Y.Minimum) / Y.Span * Frame.Height), -FarOut, FarOut);

    /// <summary>Both at once.</summary>
    public SKPoint ToPixel(double x, double y) => new(ToPixelX(x), ToPixelY(y));

    /// <summary>The x in data units at a position in points.</summary>
    public double ToDataX(float x) => X.Minimum + ((x - Frame.Left) / Frame.Width * X.Span);

    /// <summary>The y in data units at a position in points, counted downwards.</summary>
    public double ToDataY(float y) => Y.Minimum + ((Frame.Bottom - y) / Frame.Height * Y.Span);

    /// <summary>Whether a point in data units lies inside; never with a NaN.</summary>
    public bool Contains(double x, double y) => X.Contains(x) && Y.Contains(y);
}
