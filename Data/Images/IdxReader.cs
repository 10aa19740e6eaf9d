using System.Buffers.Binary;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Images;

/// <summary>IDX files of the MNIST family: <c>*-images-idx3-ubyte</c> with <c>*-labels-idx1-ubyte</c> beside it, or a folder of a training and a test pair; each also with <c>.gz</c>.</summary>
/// <remarks>LeCun, Cortes, Burges: magic 0x0000TTDD with the type TT (8 for unsigned bytes) and the number of dimensions DD, then the sides, all big-endian.</remarks>
internal sealed class IdxReader : IImageReader
{
    private const int UnsignedByte = 8;
    private static readonly (string Train, string Test)[] _pairs = [("train", "t10k"), ("train", "test")];

    /// <inheritdoc/>
    public string Description => "IDX files (MNIST and its family), one or a folder";

    /// <inheritdoc/>
    public bool CanRead(string path) => Directory.Exists(path) ? Images(path, "train") is not null : IsImages(path);

    /// <inheritdoc/>
    public ImageSet Read(string path, string name, ImageReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(path))
        {
            return One(path, name, options);
        }

        var train = One(Images(path, "train")!, name, options);
        return _pairs.Select(pair => Images(path, pair.Test)).OfType<string>().FirstOrDefault() is { } test ? ImageSet.Join(name, train, One(test, name, options)) : train;
    }

    /// <summary>Reads images and labels from streams.</summary>
    /// <param name="images">The images.</param>
    /// <param name="labels">Their labels, or null.</param>
    /// <param name="name">What to call them.</param>
    /// <param name="levels">Number of levels.</param>
    /// <param name="options">The bound of memory.</param>
    internal static ImageSet Read(Stream images, Stream? labels, string name, int levels, ImageReadOptions options)
    {
        int[] sides = Header(images, name, "images", 3, 4);
        var (channels, height, width) = sides.Length == 4 ? (sides[1], sides[2], sides[3]) : (1, sides[1], sides[2]);
        var total = (Int128)sides[0] * channels * height * width;
        if (total > options.MostPixels)
        {
            throw new DataFormatException($"{name}: the header states {sides[0]} images of {channels} x {height} x {width}; at most {options.MostPixels} pixels are accepted.");
        }

        var pixels = ImageBytes.ReadExactly(images, (long)total, name, $"{sides[0]} images of {channels} x {height} x {width}");
        if (labels is null)
        {
            return new(name, (channels, height, width), levels, pixels, [], []);
        }

        int count = Header(labels, name, "labels", 1, 1)[0];
        if (count != sides[0])
        {
            throw new DataFormatException($"{name}: there are {sides[0]} images but {count} labels; expected a label for each.");
        }

        int[] classes = [.. ImageBytes.ReadExactly(labels, count, name, $"{count} labels").Select(label => (int)label)];
        return new(name, (channels, height, width), levels, pixels, classes, [.. Enumerable.Range(0, classes.Max() + 1).Select(label => $"{label}")]);
    }

    private static ImageSet One(string path, string name, ImageReadOptions options)
    {
        using var images = ImageBytes.Open(path);
        string folder = Path.GetDirectoryName(path) ?? "", wanted = ImageBytes.Unpacked(Path.GetFileName(path)).Replace("images", "labels", StringComparison.OrdinalIgnoreCase).Replace("idx3", "idx1", StringComparison.OrdinalIgnoreCase).Replace("idx4", "idx1", StringComparison.OrdinalIgnoreCase);
        string? beside = new[] { wanted, wanted + ".gz" }.Select(file => Path.Combine(folder, file)).FirstOrDefault(file => File.Exists(file) && Path.GetFullPath(file) != Path.GetFullPath(path));
        using var labels = beside is null ? null : ImageBytes.Open(beside);
        return Read(images, labels, beside is null ? path : $"{path} (labels {Path.GetFileName(beside)})", 256, options) is var set && name == path ? set : Renamed(set, name);
    }

    private static ImageSet Renamed(ImageSet set, string name) =>
        new(name, (set.Channels, set.Height, set.Width), set.Levels, set.Pixels.ToArray(), [.. set.Labels], set.ClassNames);

    private static int[] Header(Stream stream, string source, string what, int fewest, int most)
    {
        Span<byte> head = stackalloc byte[4];
        if (stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) < 4)
        {
            throw new DataFormatException($"{source}: the {what} end within their first four bytes; expected an IDX file.");
        }

        if (head[0] != 0 || head[1] != 0 || head[2] != UnsignedByte || head[3] < fewest || head[3] > most)
        {
            throw new DataFormatException($"{source}: the {what} begin with 0x{Convert.ToHexString(head)}; expected the IDX mark 0x00000{UnsignedByte}0{fewest} of unsigned bytes{(what == "images" ? ", images behind images" : ", labels")}.");
        }

        var sides = new int[head[3]];
        foreach (ref var side in sides.AsSpan())
        {
            if (stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) < 4)
            {
                throw new DataFormatException($"{source}: the {what} end within their header; the file was cut short, copy it again.");
            }

            side = BinaryPrimitives.ReadInt32BigEndian(head);
            if (side < 1)
            {
                throw new DataFormatException($"{source}: the header of the {what} states a side of {side}; expected at least 1.");
            }
        }

        return sides;
    }

    private static bool IsImages(string path)
    {
        string file = ImageBytes.Unpacked(Path.GetFileName(path));
        return (file.EndsWith("-ubyte", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".idx", StringComparison.OrdinalIgnoreCase)) && !file.Contains("labels", StringComparison.OrdinalIgnoreCase);
    }

    private static string? Images(string folder, string part) => Directory.EnumerateFiles(folder)
        .Where(file => IsImages(file) && Path.GetFileName(file).Contains(part, StringComparison.OrdinalIgnoreCase) && Path.GetFileName(file).Contains("images", StringComparison.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal).FirstOrDefault();
}
