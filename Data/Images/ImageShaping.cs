using FlowOde.Data.Tables;

namespace FlowOde.Data.Images;

/// <summary>What <see cref="ImageReadOptions"/> ask for, of images that are all of one shape already; pictures of a folder are shaped while they are read.</summary>
internal static class ImageShaping
{
    /// <summary>Cuts and makes grey; a new size was made while reading, or is not possible.</summary>
    internal static ImageSet Apply(ImageSet set, ImageReadOptions options)
    {
        var cut = options.Crop is { } side && (side != set.Height || side != set.Width) ? Cut(set, side) : set;
        if (options.Size is { } size && (size != cut.Height || size != cut.Width))
        {
            throw new DataFormatException($"{set.Name}: --size {size} scales the pictures of a folder; these images are {cut.Height} x {cut.Width}. Leave it out, or cut by --crop.");
        }

        return options.Grey && cut.Channels == 3 ? ToGrey(cut) : cut;
    }

    /// <summary>The level of grey of a colour: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), to the nearest.</summary>
    internal static byte Grey(byte red, byte green, byte blue) => (byte)(((299 * red) + (587 * green) + (114 * blue) + 500) / 1000);

    private static ImageSet Cut(ImageSet set, int side)
    {
        if (side > set.Height || side > set.Width)
        {
            throw new DataFormatException($"{set.Name}: --crop {side} is more than the images have, which are {set.Height} x {set.Width}.");
        }

        var (top, left) = ((set.Height - side) / 2, (set.Width - side) / 2);
        var pixels = new byte[(long)set.Count * set.Channels * side * side];
        var at = 0;
        for (var plane = 0; plane < set.Count * set.Channels; plane++)
        {
            for (var y = 0; y < side; y++, at += side)
            {
                set.Pixels.Slice((((plane * set.Height) + top + y) * set.Width) + left, side).CopyTo(pixels.AsSpan(at));
            }
        }

        return Like(set, (set.Channels, side, side), pixels);
    }

    private static ImageSet ToGrey(ImageSet set)
    {
        var plane = set.Height * set.Width;
        var pixels = new byte[(long)set.Count * plane];
        for (var row = 0; row < set.Count; row++)
        {
            var colour = set.Row(row);
            for (var i = 0; i < plane; i++)
            {
                pixels[(row * plane) + i] = Grey(colour[i], colour[plane + i], colour[(2 * plane) + i]);
            }
        }

        return Like(set, (1, set.Height, set.Width), pixels);
    }

    private static ImageSet Like(ImageSet set, (int Channels, int Height, int Width) shape, byte[] pixels) =>
        new(set.Name, shape, set.Levels, pixels, [.. set.Labels], set.ClassNames) { Parts = set.Parts, Notices = set.Notices };
}
