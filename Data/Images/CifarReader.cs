using FlowOde.Data.Tables;

namespace FlowOde.Data.Images;

/// <summary>CIFAR-10 and CIFAR-100 in their binary form: a record is a label, of CIFAR-100 two, and 3 x 32 x 32 bytes. One file, or a folder with a training and a test part; each also with <c>.gz</c>.</summary>
/// <remarks>Krizhevsky 2009, "Learning multiple layers of features from tiny images"; the format is that of the data's own page.</remarks>
internal sealed class CifarReader : IImageReader
{
    private const int Side = 32;
    private const int Pixels = 3 * Side * Side;

    /// <inheritdoc/>
    public string Description => "CIFAR-10 or CIFAR-100 binary files (.bin), one or a folder";

    /// <inheritdoc/>
    public bool CanRead(string path) => Directory.Exists(path) ? Files(path).Count > 0 : ImageBytes.Unpacked(path).EndsWith(".bin", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public ImageSet Read(string path, string name, ImageReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(path))
        {
            return Join([path], name, options, Path.GetDirectoryName(path) ?? "");
        }

        var files = Files(path);
        string[] test = [.. files.Where(file => Path.GetFileName(file).Contains("test", StringComparison.OrdinalIgnoreCase))], train = [.. files.Except(test)];
        return train.Length == 0 || test.Length == 0
            ? Join(files, name, options, path)
            : ImageSet.Join(name, Join(train, name, options, path), Join(test, name, options, path));
    }

    private static List<string> Files(string folder) => [.. Directory.EnumerateFiles(folder).Where(file => ImageBytes.Unpacked(file).EndsWith(".bin", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];

    private static ImageSet Join(IReadOnlyList<string> files, string name, ImageReadOptions options, string folder)
    {
        var (pixels, labels, most, isFine) = (new MemoryStream(), new List<int>(), options.MostPixels, false);
        foreach (var file in files)
        {
            using var stream = ImageBytes.Open(file);
            var bytes = ImageBytes.ReadAll(stream, most, file);
            var marks = Marks(bytes, file);
            isFine = marks == 2;
            for (var at = 0; at < bytes.Length; at += marks + Pixels)
            {
                labels.Add(bytes[at + marks - 1]); // of CIFAR-100 the fine one
                pixels.Write(bytes, at + marks, Pixels);
            }

            if (pixels.Length > options.MostPixels)
            {
                throw new DataFormatException($"{name}: more than {options.MostPixels} pixels; that is the most accepted.");
            }
        }

        return new(name, (3, Side, Side), 256, pixels.ToArray(), [.. labels], Names(folder, isFine ? 100 : 10));
    }

    /// <summary>Labels before each image: one, or two of CIFAR-100. Where both divide the file, those whose labels are possible.</summary>
    private static int Marks(byte[] bytes, string source)
    {
        foreach (var (marks, classes) in new[] { (1, 10), (2, 100) })
        {
            var record = marks + Pixels;
            if (bytes.Length > 0 && bytes.Length % record == 0 && Enumerable.Range(0, bytes.Length / record).All(row => bytes[(row * record) + marks - 1] < classes))
            {
                return marks;
            }
        }

        throw new DataFormatException($"{source}: {bytes.Length} bytes are no whole records of CIFAR-10 ({1 + Pixels} bytes, label 0 to 9) or CIFAR-100 ({2 + Pixels} bytes, label 0 to 99); the file was cut short or is of another kind.");
    }

    private static string[] Names(string folder, int count)
    {
        var file = Path.Combine(folder, count == 10 ? "batches.meta.txt" : "fine_label_names.txt");
        string[] names = File.Exists(file) ? [.. File.ReadLines(file).Take(count + 1).Select(line => line.Trim()).Where(line => line.Length > 0)] : [];
        return names.Length == count ? names
            : count == 10 ? ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
            : [.. Enumerable.Range(0, count).Select(label => $"{label}")];
    }
}
