using FlowOde.Data.Tables;
using SkiaSharp;

namespace FlowOde.Data.Images;

/// <summary>Decodes picture files and gives them the shape asked for.</summary>
internal static class PictureShaper
{
    private const int MostPixels = 1 << 26;
    private const long LargestFile = 1L << 28;
    private static readonly (PictureTraits Trait, string Text)[] _texts =
    [
        (PictureTraits.Deep, "more than 8 bits a channel, and are read with 8"),
        (PictureTraits.Transparent, "transparent pixels, which are laid on black"),
        (PictureTraits.Animated, "several frames, of which the first is read"),
    ];

    /// <summary>Reads a picture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Cut and size.</param>
    /// <exception cref="DataFormatException">It is no picture, or damaged, or smaller than the cut.</exception>
    internal static Picture Read(string path, ImageReadOptions options)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var bytes = ImageBytes.ReadAll(stream, LargestFile, path);
        using var data = bytes.Length > 0 ? SKData.CreateCopy(bytes) : throw new DataFormatException($"{path}: the file is empty; expected a picture.");
        using var codec = SKCodec.Create(data) ?? throw new DataFormatException($"{path}: is not a picture of a known kind.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MostPixels)
        {
            throw new DataFormatException($"{path}: the picture has {width} x {height} pixels; at most {MostPixels} are accepted. Scale it down.");
        }

        using var whole = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        var result = codec.GetPixels(whole.Info, whole.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw new DataFormatException($"{path}: the picture is damaged or cut short ({result}).");
        }

        var traits = (IsDeep(bytes, codec.EncodedFormat) ? PictureTraits.Deep : 0) | (codec.FrameCount > 1 ? PictureTraits.Animated : 0);
        var transparent = LayOnBlack(whole);
        using var cut = Cut(whole, options.Crop, path);
        using var scaled = Scale(cut, options.Size);
        return new(scaled.Width, scaled.Height, Planes(scaled), traits | (transparent ? PictureTraits.Transparent : 0));
    }

    /// <summary>What should be said of pictures.</summary>
    internal static IEnumerable<string> Notices(string name, IEnumerable<string> files, IReadOnlyList<Picture> pictures)
    {
        foreach (var (trait, text) in _texts)
        {
            string[] found = [.. files.Where((_, i) => pictures[i].Traits.HasFlag(trait))];
            if (found.Length > 0)
            {
                yield return $"{name}: {(found.Length == 1 ? $"{Path.GetFileName(found[0])} has" : $"{found.Length} pictures have")} {text}.";
            }
        }
    }

    /// <summary>Whether a PNG states 16 bits a channel: byte 24, behind mark, length, name, width and height.</summary>
    private static bool IsDeep(byte[] bytes, SKEncodedImageFormat format) => format == SKEncodedImageFormat.Png && bytes.Length > 24 && bytes[24] == 16;

    private static bool LayOnBlack(SKBitmap bitmap)
    {
        var found = false;
        var pixels = bitmap.GetPixelSpan();
        Span<byte> own;
        unsafe
        {
            own = new((void*)bitmap.GetPixels(), pixels.Length);
        }

        for (var i = 0; i < own.Length; i += 4)
        {
            if (own[i + 3] == byte.MaxValue)
            {
                continue;
            }

            found = true;
            for (var channel = i; channel < i + 3; channel++)
            {
                own[channel] = (byte)(((own[channel] * own[i + 3]) + 127) / 255);
            }

            own[i + 3] = byte.MaxValue;
        }

        return found;
    }

    private static SKBitmap Cut(SKBitmap bitmap, int? side, string path)
    {
        if (side is not { } length)
        {
            return bitmap.Copy();
        }

        if (length > bitmap.Width || length > bitmap.Height)
        {
            throw new DataFormatException($"{path}: --crop {length} is more than the picture has, which is {bitmap.Width} x {bitmap.Height}.");
        }

        return Part(bitmap, length);
    }

    /// <summary>Scales the shorter side to the size and cuts the longer one in the middle.</summary>
    private static SKBitmap Scale(SKBitmap bitmap, int? size)
    {
        if (size is not { } side || (bitmap.Width == side && bitmap.Height == side))
        {
            return bitmap.Copy();
        }

        using var square = Part(bitmap, Math.Min(bitmap.Width, bitmap.Height));
        var sampling = side < square.Width ? new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear) : new SKSamplingOptions(SKCubicResampler.Mitchell);
        return square.Resize(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque), sampling);
    }

    private static SKBitmap Part(SKBitmap bitmap, int side)
    {
        var part = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        var (left, top) = ((bitmap.Width - side) / 2, (bitmap.Height - side) / 2);
        using var canvas = new SKCanvas(part);
        canvas.DrawBitmap(bitmap, -left, -top, new SKSamplingOptions(SKFilterMode.Nearest));
        return part;
    }

    private static byte[] Planes(SKBitmap bitmap)
    {
        var plane = bitmap.Width * bitmap.Height;
        var planes = new byte[3 * plane];
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < plane; i++)
        {
            (planes[i], planes[plane + i], planes[(2 * plane) + i]) = (pixels[4 * i], pixels[(4 * i) + 1], pixels[(4 * i) + 2]);
        }

        return planes;
    }
}
