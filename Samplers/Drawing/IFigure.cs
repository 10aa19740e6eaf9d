using SkiaSharp;

namespace FlowOde.Samplers.Drawing;

/// <summary>A picture of known size that draws itself on any canvas: raster, SVG or PDF.</summary>
/// <remarks>A figure is immutable and draws the same every time, so a file made twice is the same file.</remarks>
public interface IFigure
{
    /// <summary>Width and height in points; a pixel each at scale 1.</summary>
    SKSize Size { get; }

    /// <summary>Draws the whole figure, background included, with its top left corner at the origin of <paramref name="canvas"/>.</summary>
    /// <param name="canvas">The canvas to draw on; it belongs to the caller and is left with the state it came with.</param>
    void Draw(SKCanvas canvas);
}
