namespace FlowOde.Samplers.Drawing;

/// <summary>Images of one shape as figures show them: brightness from 0 to 255.</summary>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Brightness">[N, C, H, W] one after another.</param>
public sealed record ImageTiles(int Channels, int Height, int Width, byte[] Brightness)
{
    /// <summary>Number of images.</summary>
    public int Count => Brightness.Length / (Channels * Height * Width);

    /// <summary>Images of whole levels, of which the last is white.</summary>
    /// <param name="levels">Integers 0 … <paramref name="count"/> − 1, [N, C, H, W]; what lies outside becomes the nearest.</param>
    /// <param name="count">Number of levels, at least 2.</param>
    /// <param name="shape">Channels, height and width.</param>
    /// <exception cref="ArgumentException">The numbers are not whole images, or these have neither 1 nor 3 channels.</exception>
    public static ImageTiles OfLevels(ReadOnlySpan<double> levels, int count, (int Channels, int Height, int Width) shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        int length = shape.Channels * shape.Height * shape.Width;
        if (shape.Channels is not (1 or 3) || length < 1 || levels.Length % length != 0)
        {
            throw new ArgumentException($"{levels.Length} numbers of {shape.Channels} x {shape.Height} x {shape.Width} are no images that can be drawn; those have 1 or 3 channels.", nameof(levels));
        }

        var brightness = new byte[levels.Length];
        for (int i = 0; i < brightness.Length; i++)
        {
            brightness[i] = (byte)Math.Round(255 * Math.Clamp(levels[i] / (count - 1), 0, 1));
        }

        return new(shape.Channels, shape.Height, shape.Width, brightness);
    }

    /// <summary>The colour of a pixel.</summary>
    internal SkiaSharp.SKColor At(int image, int x, int y)
    {
        int plane = Height * Width, at = (image * Channels * plane) + (y * Width) + x;
        return Channels == 1 ? new(Brightness[at], Brightness[at], Brightness[at]) : new(Brightness[at], Brightness[at + plane], Brightness[at + (2 * plane)]);
    }
}
