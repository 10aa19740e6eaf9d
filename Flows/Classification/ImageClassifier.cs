using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification;

/// <summary>
/// A small convolutional classifier: it recognises what a flow has drawn, and its features are where samples and data are compared. Immutable; may be
/// shared between threads.
/// </summary>
/// <remarks>
/// Convolutions with norms over groups of channels, pooling, and two linear maps, trained by Adam on the cross-entropy. It works in float32 on the CPU. Each
/// image's result is made from that image alone; it depends on its companions by round-off.
/// </remarks>
public sealed class ImageClassifier : IDisposable
{
    private const int RowsAtOnce = 256;

    private readonly ClassifierLayers _layers;
    private readonly Tensor[] _constants;

    /// <summary>Makes a classifier over parameters.</summary>
    /// <param name="options">The shape.</param>
    /// <param name="parameters">Float32 on the CPU, in the layout <see cref="ClassifierOptions.ParameterLayout"/>; belongs to the classifier from now on.</param>
    /// <param name="mean">The mean of all numbers of the images it was trained on.</param>
    /// <param name="scale">Their standard deviation, greater than 0.</param>
    /// <exception cref="ArgumentException">The parameters have another layout, type or device, or the scale is not positive.</exception>
    public ImageClassifier(ClassifierOptions options, FlatVector parameters, double mean, double scale)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parameters);
        (Options, Parameters, Mean, Scale, _layers) = (options, parameters, mean, scale, new(options));
        _layers.Parameters.Check(parameters);
        if (parameters.DType != ScalarType.Float32 || !parameters.IsOnCpu || !double.IsFinite(mean) || !(scale > 0 && double.IsFinite(scale)))
        {
            throw new ArgumentException($"A classifier has parameters in Float32 on the CPU, a finite mean and a positive scale; found {parameters.DType} on {parameters.Device}, {mean} and {scale}.", nameof(parameters));
        }

        using var scope = NewDisposeScope();
        _constants = [.. parameters.Layout.Segments.Select((_, i) => parameters[i].detach().DetachFromDisposeScope())];
    }

    /// <summary>The shape.</summary>
    public ClassifierOptions Options { get; }

    /// <summary>The parameters; belong to this classifier.</summary>
    public FlatVector Parameters { get; }

    /// <summary>The mean of the images it was trained on, in their units.</summary>
    public double Mean { get; }

    /// <summary>Their standard deviation.</summary>
    public double Scale { get; }

    /// <summary>Trains a classifier.</summary>
    /// <param name="options">The shape.</param>
    /// <param name="training">How long and how fast.</param>
    /// <param name="images">[N, C, H, W] or [N, C·H·W], of any type and on any device, in the units that later images have too. Not changed.</param>
    /// <param name="labels">The class of each image, 0 to one less than there are classes.</param>
    /// <param name="source">All draws: with one seed and number of threads the result is the same to the bit.</param>
    /// <param name="progress">Told of each step; null for nobody.</param>
    /// <param name="cancellation">Ends the training between two steps.</param>
    /// <returns>The classifier; belongs to the caller.</returns>
    /// <exception cref="ArgumentException">Images and labels do not fit each other or the options, or are all the same number or not finite.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImageClassifier Train(ClassifierOptions options, ClassifierTraining training, Tensor images, IReadOnlyList<int> labels, RandomSource source, IProgress<ClassifierProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(source);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var pixels = Images(options, images);
        if (labels.Count != pixels.size(0) || labels.Count == 0)
        {
            throw new ArgumentException($"There are {labels.Count} labels for {pixels.size(0)} images; give one for each, and one image at least.", nameof(labels));
        }

        if (labels.FirstOrDefault(label => label < 0 || label >= options.Classes) is not 0 and var odd)
        {
            throw new ArgumentException($"There is a label {odd}; labels of {options.Classes} classes are 0 to {options.Classes - 1}.", nameof(labels));
        }

        var (mean, scale) = Moments(pixels);
        if (!(scale > 0 && double.IsFinite(scale)))
        {
            throw new ArgumentException($"The images have mean {mean} and standard deviation {scale}; they must be finite and not all the same.", nameof(images));
        }

        var parameters = ClassifierTrainer.Train(options, training, Standardised(pixels, mean, scale), labels, source, progress, cancellation);
        return new(options, parameters, mean, scale);
    }

    /// <summary>The probabilities of the classes.</summary>
    /// <param name="images">[N, C, H, W] or [N, C·H·W], in the units of the training images. Not changed.</param>
    /// <returns>[N, classes], float32 on the CPU; a new tensor, which belongs to the caller.</returns>
    /// <exception cref="ArgumentException">The images have another shape.</exception>
    public Tensor Probabilities(Tensor images) => Map(images, features => nn.functional.softmax(_layers.Logits(features, _constants), 1));

    /// <summary>The features before the last layer.</summary>
    /// <param name="images">[N, C, H, W] or [N, C·H·W], in the units of the training images. Not changed.</param>
    /// <returns>[N, F], float32 on the CPU; a new tensor, which belongs to the caller.</returns>
    /// <exception cref="ArgumentException">The images have another shape.</exception>
    public Tensor Features(Tensor images) => Map(images, features => features);

    /// <summary>The likeliest class of each image.</summary>
    /// <param name="images">[N, C, H, W] or [N, C·H·W], in the units of the training images. Not changed.</param>
    /// <returns>The classes, [N].</returns>
    /// <exception cref="ArgumentException">The images have another shape.</exception>
    public int[] Classify(Tensor images)
    {
        using var scope = NewDisposeScope();
        return [.. Probabilities(images).argmax(1).data<long>().ToArray().Select(label => (int)label)];
    }

    /// <summary>Writes the classifier in the safetensors format, and leaves the stream open.</summary>
    public void Save(Stream stream) => ClassifierFile.Write(this, stream);

    /// <summary>Reads what <see cref="Save"/> wrote, and leaves the stream open.</summary>
    /// <param name="stream">A readable, seekable stream.</param>
    /// <returns>The classifier; belongs to the caller.</returns>
    /// <exception cref="Storage.CheckpointFormatException">The file is no classifier, or damaged.</exception>
    public static ImageClassifier Load(Stream stream) => ClassifierFile.Read(stream);

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_constants, constant => constant.Dispose());
        Parameters.Dispose();
    }

    private Tensor Map(Tensor images, Func<Tensor, Tensor> ofFeatures)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var pixels = Images(Options, images);
        var parts = new List<Tensor>();
        for (long first = 0; first < pixels.size(0); first += RowsAtOnce)
        {
            using var part = NewDisposeScope();
            var chunk = pixels.narrow(0, first, Math.Min(RowsAtOnce, pixels.size(0) - first));
            parts.Add(ofFeatures(_layers.Features(Standardised(chunk, Mean, Scale), _constants)).MoveToOuterDisposeScope());
        }

        return cat(parts).MoveToOuterDisposeScope();
    }

    private static Tensor Images(ClassifierOptions options, Tensor images)
    {
        var image = options.Image;
        long[] shape = images.shape;
        bool fits = shape is [_, var length] && length == image.Length || shape is [_, var c, var h, var w] && (c, h, w) == (image.Channels, image.Height, image.Width);
        return fits && shape[0] > 0
            ? images.detach().cpu().contiguous().view(-1, image.Channels, image.Height, image.Width)
            : throw new ArgumentException($"The images are [{string.Join(", ", shape)}]; this classifier needs [N, {image.Channels}, {image.Height}, {image.Width}] or [N, {image.Length}], with one image at least.", nameof(images));
    }

    private static (double Mean, double Scale) Moments(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var all = pixels.to(ScalarType.Float64);
        return (all.mean().item<double>(), all.std(unbiased: false).item<double>());
    }

    private static Tensor Standardised(Tensor images, double mean, double scale)
    {
        using Scalar shift = mean, divisor = scale;
        return images.to(ScalarType.Float32, copy: true).sub_(shift).div_(divisor);
    }
}
