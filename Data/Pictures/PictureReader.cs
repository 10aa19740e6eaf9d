using FlowOde.Data.Tables;
using SkiaSharp;

namespace FlowOde.Data.Pictures;

/// <summary>Decodes a picture file into a density.</summary>
public static class PictureReader
{
    private const int MostPixels = 1 << 26;
    private const int LargestFile = 1 << 28;

    /// <summary>The extensions of pictures with their dot, in lower case.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg", ".webp"];

    /// <summary>Whether a file name has the extension of a picture.</summary>
    /// <param name="path">A file name or path.</param>
    /// <returns><see langword="true"/> if <see cref="ReadFile"/> accepts it.</returns>
    public static bool CanRead(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a picture file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tone">Which parts are dense.</param>
    /// <returns>The density.</returns>
    /// <exception cref="DataFormatException">The file cannot be read or is no usable picture.</exception>
    public static PictureDensity ReadFile(string path, PictureTone tone)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Read(stream, path, tone);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DataFormatException($"{path}: cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Reads a picture from a stream.</summary>
    /// <remarks>Luminance is 0.299 R + 0.587 G + 0.114 B of the stored values (ITU-R BT.601); transparency scales the density down.</remarks>
    /// <param name="stream">The encoded picture; stays open.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="tone">Which parts are dense.</param>
    /// <returns>The density.</returns>
    /// <exception cref="DataFormatException">The bytes are no usable picture.</exception>
    public static PictureDensity Read(Stream stream, string name, PictureTone tone)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        if (!Enum.IsDefined(tone))
        {
            throw new ArgumentOutOfRangeException(nameof(tone), tone, "Unknown tone.");
        }

        using var data = ReadAll(stream, name);
        using var codec = SKCodec.Create(data) ?? throw new DataFormatException($"{name}: is not a picture of a known kind; expected {string.Join(", ", Extensions)}.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MostPixels)
        {
            throw new DataFormatException($"{name}: the picture has {width} x {height} pixels; at most {MostPixels} are accepted. Scale it down.");
        }

        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw new DataFormatException($"{name}: the picture is damaged or cut short ({result}).");
        }

        return new(name, Weights(bitmap.GetPixelSpan(), tone), width);
    }

    private static double[] Weights(ReadOnlySpan<byte> rgba, PictureTone tone)
    {
        var weights = new double[rgba.Length / 4];
        for (var i = 0; i < weights.Length; i++)
        {
            var pixel = rgba.Slice(4 * i, 4);

            // Whole numbers below 2²⁶, so that 2²⁶ of them add up without rounding and every pixel's share is exact.
            var luminance = (299 * pixel[0]) + (587 * pixel[1]) + (114 * pixel[2]);
            weights[i] = (double)(tone == PictureTone.Bright ? luminance : 255000 - luminance) * pixel[3];
        }

        return weights;
    }

    private static SKData ReadAll(Stream stream, string name)
    {
        using var memory = new MemoryStream();
        var chunk = new byte[1 << 16];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            memory.Write(chunk, 0, read);
            if (memory.Length > LargestFile)
            {
                throw new DataFormatException($"{name}: the picture file is larger than {LargestFile} bytes.");
            }
        }

        return memory.Length > 0 ? SKData.CreateCopy(memory.ToArray()) : throw new DataFormatException($"{name}: the file is empty; expected a picture.");
    }
}
