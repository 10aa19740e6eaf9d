using FlowOde.Flows.Networks;

namespace FlowOde.Flows.Composition;

/// <summary>Published architectures for images.</summary>
public static class ImagePresets
{
    private const int SmallestScale = 4;

    /// <summary>
    /// FFJORD's multiscale model: logit with α = 1e-6, at each scale two continuous flows before and two behind the squeeze, three hidden convolutions of 64 channels,
    /// softplus, concatenated time. As many scales as halve the image down to 4 pixels: 3 for 28 × 28, 4 for 32 × 32.
    /// </summary>
    /// <remarks>Grathwohl et al. 2019, App. B.1; α is that of the authors' training script.</remarks>
    /// <param name="image">The images, [C, H, W].</param>
    /// <param name="levels">Their number of levels.</param>
    public static FlowOptions Ffjord(ImageShape image, int levels = 256)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new()
        {
            Dimension = checked((int)image.Length),
            Image = image,
            Levels = levels,
            LogitAlpha = 1e-6,
            Scales = ScalesOf(image),
            Blocks = 2,
            Hidden = [64, 64, 64],
            Layer = "concat",
            Activation = "softplus",
        };
    }

    /// <summary>As many scales as halve an image down to 4 pixels, ten at most.</summary>
    /// <param name="image">The image.</param>
    public static int ScalesOf(ImageShape image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (scales, height, width) = (1, image.Height, image.Width);
        while (scales < 10 && height % 2 == 0 && width % 2 == 0 && Math.Min(height, width) >= 2 * SmallestScale)
        {
            (scales, height, width) = (scales + 1, height / 2, width / 2);
        }

        return scales;
    }
}
