using FlowOde.Data.Readers;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Images;

/// <summary>A NumPy array of shape [N, C, H, W] or [N, H, W] of whole numbers 0 to 255, with <c>NAME.labels.npy</c> beside it where there are classes; each also with <c>.gz</c>.</summary>
internal sealed class NpyImageReader : IImageReader
{
    private const string Ending = ".npy";

    /// <inheritdoc/>
    public string Description => "a NumPy array (.npy) of shape [N, C, H, W] or [N, H, W]";

    /// <inheritdoc/>
    public bool CanRead(string path)
    {
        if (!ImageBytes.Unpacked(path).EndsWith(Ending, StringComparison.OrdinalIgnoreCase) || !File.Exists(path))
        {
            return false;
        }

        try
        {
            using var stream = ImageBytes.Open(path);
            return NpyHeader.Read(stream, path).Shape.Count is 3 or 4;
        }
        catch (DataFormatException)
        {
            return false; // the reader of tables says what is wrong
        }
    }

    /// <inheritdoc/>
    public ImageSet Read(string path, string name, ImageReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (shape, values) = Numbers(path, name, options);
        var (channels, height, width) = shape.Count == 4 ? (shape[1], shape[2], shape[3]) : (1, shape[1], shape[2]);
        if (channels is not (1 or 3))
        {
            throw new DataFormatException($"{name}: the array has {channels} channels (shape [{string.Join(", ", shape)}]); expected 1 or 3 behind the number of images.");
        }

        var pixels = Whole(values, name, "pixel", byte.MaxValue);
        var unpacked = ImageBytes.Unpacked(path)[..^Ending.Length];
        string? beside = new[] { $"{unpacked}.labels{Ending}", $"{unpacked}.labels{Ending}.gz" }.FirstOrDefault(File.Exists);
        if (beside is null)
        {
            return new(name, ((int)channels, (int)height, (int)width), 256, pixels, [], []);
        }

        var (_, marks) = Numbers(beside, beside, options);
        int[] labels = [.. Whole(marks, beside, "label", byte.MaxValue).Select(label => (int)label)];
        return new(name, ((int)channels, (int)height, (int)width), 256, pixels, labels, [.. Enumerable.Range(0, labels.Max() + 1).Select(label => $"{label}")]);
    }

    private static (IReadOnlyList<long> Shape, double[] Values) Numbers(string path, string name, ImageReadOptions options)
    {
        using var stream = ImageBytes.Open(path);
        var header = NpyHeader.Read(stream, name);
        if (header.FortranOrder && header.Shape.Count > 1)
        {
            throw new DataFormatException($"{name}: the array is stored column by column; save it with numpy.ascontiguousarray.");
        }

        var total = header.Shape.Aggregate((Int128)1, (product, side) => product * side);
        return total <= options.MostPixels
            ? (header.Shape, NpyReader.ReadNumbers(stream, name, header.ElementType, (int)total))
            : throw new DataFormatException($"{name}: the array states [{string.Join(", ", header.Shape)}]; at most {options.MostPixels} numbers are accepted.");
    }

    private static byte[] Whole(double[] values, string name, string what, int most)
    {
        var bytes = new byte[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            bytes[i] = values[i] >= 0 && values[i] <= most && values[i] == Math.Floor(values[i])
                ? (byte)values[i]
                : throw new DataFormatException($"{name}: {what} {i + 1} is {values[i]:R}; expected whole numbers from 0 to {most}. Scale them and round, as in (255 * x).round().");
        }

        return bytes;
    }
}
