namespace FlowOde.Data.Images;

/// <summary>A decoded picture of 8 bits a channel, without transparency.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Rgb">[3, H, W].</param>
/// <param name="Traits">What was lost or changed while decoding.</param>
internal sealed record Picture(int Width, int Height, byte[] Rgb, PictureTraits Traits)
{
    /// <summary>Whether no pixel has a colour.</summary>
    public bool IsGrey
    {
        get
        {
            var plane = Width * Height;
            var red = Rgb.AsSpan(0, plane);
            return red.SequenceEqual(Rgb.AsSpan(plane, plane)) && red.SequenceEqual(Rgb.AsSpan(2 * plane, plane));
        }
    }

    /// <summary>Writes the picture in colour or in grey.</summary>
    /// <param name="channels">3 or 1.</param>
    /// <param name="into">Receives it, [channels, H, W].</param>
    public void Write(int channels, Span<byte> into)
    {
        if (channels == 3)
        {
            Rgb.CopyTo(into);
            return;
        }

        var plane = Width * Height;
        for (var i = 0; i < plane; i++)
        {
            into[i] = ImageShaping.Grey(Rgb[i], Rgb[plane + i], Rgb[(2 * plane) + i]);
        }
    }
}
