using FlowOde.Cli.Runs;
using FlowOde.Data.Images;
using FlowOde.Data.Splits;
using FlowOde.Data.Tables;
using FlowOde.Flows.Randomness;
using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>Images: each pass over the training rows visits them in a new order, some of them mirrored where that is asked for.</summary>
internal sealed class ImageTrainingData : TrainingData
{
    private const int FewestRows = 10;
    private const int MostSample = 10_000; // of the rows that are kept as numbers for scores and baselines

    private (long Epoch, long[] Order) _epoch = (-1, []);
    private readonly ImageSet _images;
    private readonly int[] _rows;
    private readonly ImageAugmentation _augmentation;

    private ImageTrainingData(ImageSet images, int[] rows, ImageAugmentation augmentation) => (_images, _rows, _augmentation) = (images, rows, augmentation);

    /// <inheritdoc/>
    public override int? TrainRows => _rows.Length;

    /// <summary>Splits images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="address">The name or whole path.</param>
    /// <param name="options">How to split.</param>
    /// <param name="augmentation">What training does to images by chance.</param>
    /// <exception cref="DataFormatException">Images are too few.</exception>
    public static ImageTrainingData Make(ImageSet images, string address, SplitOptions options, ImageAugmentation augmentation)
    {
        if (images.Count < FewestRows)
        {
            throw new DataFormatException($"{images.Name}: {images.Count} images are too few for training; expected {FewestRows} or more.");
        }

        if (images.Channels is not (1 or 3))
        {
            throw new DataFormatException($"{images.Name}: images of {images.Channels} channels; expected 1 or 3.");
        }

        var (train, validation, test) = ImageSplit.Make(images, options);
        return new(images, train, augmentation)
        {
            Name = Path.GetFileName(images.Name.TrimEnd('/')),
            Address = address,
            Digest = images.Digest,
            Columns = [],
            Image = Describe(images),
            Train = Part(images, Evenly(train, MostSample)),
            Validation = Part(images, Evenly(validation, MostSample)),
            Test = Part(images, Evenly(test, MostSample)),
            Standardize = null,
        };
    }

    /// <inheritdoc/>
    public override void FillBatch(RandomSource source, long step, double[] intoValues, long[] intoRows)
    {
        for (int i = 0; i < intoRows.Length; i++)
        {
            long position = (step * intoRows.Length) + i, epoch = position / _rows.Length;
            if (_epoch.Epoch != epoch)
            {
                _epoch = (epoch, source.Permutation(epoch, _rows.Length));
            }

            long row = _epoch.Order[position % _rows.Length];
            intoRows[i] = row;
            _images.CopyRow(_rows[row], intoValues.AsSpan(i * Dimension, Dimension));
        }

        _augmentation.Apply(source, step, intoRows, (_images.Channels, _images.Height, _images.Width), intoValues);
    }

    /// <inheritdoc/>
    public override int Label(long row) => _images.Labels.Count == 0 ? -1 : _images.Labels[_rows[row]];

    /// <summary>All training images, [rows, dimension] in levels, float32 on the CPU; belong to the caller.</summary>
    public Tensor TrainImages()
    {
        using var scope = NewDisposeScope();
        var bytes = new byte[(long)_rows.Length * Dimension];
        for (int i = 0; i < _rows.Length; i++)
        {
            _images.Row(_rows[i]).CopyTo(bytes.AsSpan(i * Dimension));
        }

        return tensor(bytes, _rows.Length, Dimension).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>All images that training sees: those for training, and behind them the same mirrored where it mirrors some; as <see cref="TrainImages"/>.</summary>
    public Tensor SeenImages()
    {
        if (!_augmentation.Flips)
        {
            return TrainImages();
        }

        using var scope = NewDisposeScope();
        var images = TrainImages();
        return cat([images, images.view(_rows.Length, -1, _images.Width).flip(2).reshape(_rows.Length, Dimension)]).MoveToOuterDisposeScope();
    }

    /// <summary>The classes of all training images.</summary>
    public int[] TrainLabels() => Array.ConvertAll(_rows, row => _images.Labels[row]);

    /// <summary>Writes an image that training sees as numbers.</summary>
    /// <param name="row">Its number among <see cref="SeenImages"/>.</param>
    /// <param name="into">Receives it, [dimension].</param>
    public void CopySeenRow(int row, Span<double> into)
    {
        _images.CopyRow(_rows[row % _rows.Length], into);
        for (int line = 0; row >= _rows.Length && line < into.Length; line += _images.Width)
        {
            into.Slice(line, _images.Width).Reverse();
        }
    }

    /// <summary>How rows of these images are images.</summary>
    public static RunImage Describe(ImageSet images) => new(images.Channels, images.Height, images.Width, images.Levels, images.ClassNames);

    /// <summary>Images as rows of numbers.</summary>
    /// <param name="images">The images.</param>
    /// <param name="rows">Which of them.</param>
    public static DataPart Part(ImageSet images, IReadOnlyList<int> rows)
    {
        var values = new double[rows.Count * images.Length];
        for (int i = 0; i < rows.Count; i++)
        {
            images.CopyRow(rows[i], values.AsSpan(i * images.Length, images.Length));
        }

        return new(values, [], images.Length) { Labels = images.Labels.Count == 0 ? [] : [.. rows.Select(row => images.Labels[row])] };
    }

    private static int[] Evenly(int[] rows, int most) => rows.Length <= most ? rows : [.. Enumerable.Range(0, most).Select(i => rows[(long)i * rows.Length / most])];
}
