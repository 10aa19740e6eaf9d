namespace FlowOde.Data.Images;

/// <summary>What of a picture file is not in its 8-bit pixels.</summary>
[Flags]
internal enum PictureTraits
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It had more than 8 bits a channel.</summary>
    Deep = 1,

    /// <summary>It had transparent pixels, which now lie on black.</summary>
    Transparent = 2,

    /// <summary>It was animated; the first frame is read.</summary>
    Animated = 4,
}
