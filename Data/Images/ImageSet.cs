using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Images;

/// <summary>Images of one shape, of integer levels, perhaps with a class each.</summary>
public sealed class ImageSet
{
    private const int MostLevels = 256;

    private readonly byte[] _pixels;
    private readonly int[] _labels;

    /// <summary>Makes a set.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="shape">Channels (1 or 3, or more for arrays), height and width.</param>
    /// <param name="levels">Number of levels: a pixel is one of 0 … levels − 1; 2 to 256.</param>
    /// <param name="pixels">[N, C, H, W] one after another; the set's own from now on.</param>
    /// <param name="labels">The class of each image, or empty.</param>
    /// <param name="classNames">The names of the classes, or empty where there are no labels.</param>
    /// <exception cref="DataFormatException">The numbers do not fit together.</exception>
    public ImageSet(string name, (int Channels, int Height, int Width) shape, int levels, byte[] pixels, int[] labels, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        (Name, Channels, Height, Width, Levels, _pixels, _labels, ClassNames) = (name, shape.Channels, shape.Height, shape.Width, levels, pixels, labels, classNames);
        if (Channels < 1 || Height < 1 || Width < 1 || levels is < 2 or > MostLevels || pixels.Length == 0 || pixels.Length % Length != 0)
        {
            throw new DataFormatException($"{name}: {pixels.Length} pixels of {levels} levels are no images of {Channels} x {Height} x {Width}.");
        }

        if (labels.Length > 0 && labels.Length != Count)
        {
            throw new DataFormatException($"{name}: there are {Count} images but {labels.Length} labels; expected a label for each.");
        }

        if (Array.FindIndex(labels, label => label < 0 || label >= classNames.Count) is >= 0 and var row)
        {
            throw new DataFormatException($"{name}: image {row + 1} has the label {labels[row]}; there are {classNames.Count} classes, counted from 0.");
        }

        if (pixels.AsSpan().IndexOfAnyInRange((byte)Math.Min(levels, byte.MaxValue), byte.MaxValue) is >= 0 and var wrong && levels < MostLevels)
        {
            throw new DataFormatException($"{name}: image {(wrong / Length) + 1} has a pixel of {pixels[wrong]}; expected 0 to {levels - 1}.");
        }
    }

    /// <summary>What it is called: a name or a path.</summary>
    public string Name { get; }

    /// <summary>Number of channels C.</summary>
    public int Channels { get; }

    /// <summary>Height H in pixels.</summary>
    public int Height { get; }

    /// <summary>Width W in pixels.</summary>
    public int Width { get; }

    /// <summary>Number of levels: a pixel is one of 0 … Levels − 1.</summary>
    public int Levels { get; }

    /// <summary>Numbers of an image, C·H·W.</summary>
    public int Length => Channels * Height * Width;

    /// <summary>Number of images.</summary>
    public int Count => _pixels.Length / Length;

    /// <summary>The class of each image; empty where there are none.</summary>
    public IReadOnlyList<int> Labels => _labels;

    /// <summary>The names of the classes; empty where there are none.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The parts that were published with the images, which lie one behind the other; null where there are none.</summary>
    public PublishedParts? Parts { get; init; }

    /// <summary>What was guessed or changed while reading.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>All pixels, [N, C, H, W].</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>A digest that changes when shape, pixels or labels do: 64 hexadecimal digits.</summary>
    public string Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Span<byte> head = stackalloc byte[16];
            BinaryPrimitives.WriteInt32LittleEndian(head, Channels);
            BinaryPrimitives.WriteInt32LittleEndian(head[4..], Height);
            BinaryPrimitives.WriteInt32LittleEndian(head[8..], Width);
            BinaryPrimitives.WriteInt32LittleEndian(head[12..], Levels);
            hash.AppendData(head);
            hash.AppendData(_pixels);
            hash.AppendData(MemoryMarshal.AsBytes(_labels.AsSpan()));
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>The pixels of one image, [C, H, W].</summary>
    /// <param name="row">Its number.</param>
    public ReadOnlySpan<byte> Row(int row) => _pixels.AsSpan(row * Length, Length);

    /// <summary>Writes the pixels of one image as real numbers.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="into">Receives them, [C, H, W].</param>
    public void CopyRow(int row, Span<double> into)
    {
        var pixels = Row(row);
        for (var i = 0; i < pixels.Length; i++)
        {
            into[i] = pixels[i];
        }
    }

    /// <summary>The mean and the standard deviation of a channel, in levels.</summary>
    /// <param name="channel">The channel.</param>
    public (double Mean, double Deviation) Moments(int channel)
    {
        long sum = 0, squares = 0, plane = (long)Height * Width;
        for (var row = 0; row < Count; row++)
        {
            foreach (var pixel in Row(row).Slice((int)(channel * plane), (int)plane))
            {
                sum += pixel;
                squares += pixel * pixel;
            }
        }

        double count = Count * plane, mean = sum / count;
        return (mean, Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean))));
    }

    /// <summary>The images of two sets behind each other, as published parts.</summary>
    /// <param name="name">What to call the whole.</param>
    /// <param name="train">The training images.</param>
    /// <param name="test">The test images.</param>
    /// <exception cref="DataFormatException">They have different shapes, or one of them has no labels.</exception>
    public static ImageSet Join(string name, ImageSet train, ImageSet test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        if ((train.Channels, train.Height, train.Width) != (test.Channels, test.Height, test.Width) || train.Labels.Count == 0 != (test.Labels.Count == 0))
        {
            throw new DataFormatException($"{name}: training and test images do not go together: {train.Channels} x {train.Height} x {train.Width}{Labelled(train)} and {test.Channels} x {test.Height} x {test.Width}{Labelled(test)}.");
        }

        var names = train.ClassNames.Count >= test.ClassNames.Count ? train.ClassNames : test.ClassNames;
        return new(name, (train.Channels, train.Height, train.Width), Math.Max(train.Levels, test.Levels), [.. train._pixels, .. test._pixels], [.. train._labels, .. test._labels], names)
        {
            Parts = new() { TrainRows = train.Count, TestRows = test.Count },
            Notices = [.. train.Notices, .. test.Notices],
        };
    }

    private static string Labelled(ImageSet set) => set.Labels.Count == 0 ? " without labels" : "";
}
