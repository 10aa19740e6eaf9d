using FlowOde.Flows.Layers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Networks;

/// <summary>The shape of a convolutional network from images to images of the same size; hidden images may be smaller.</summary>
public sealed record ConvOptions : NetworkOptions
{
    /// <summary>The image that a row is.</summary>
    public required ImageShape Image
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value), $"{nameof(Image)} says how a row is an image.");
    }

    /// <summary>Height and width of the kernels in pixels; odd, so that padding keeps the size of the image. Those of strides 2 and −2 are 4 pixels high and wide.</summary>
    /// <value>3 by default.</value>
    public long KernelSize
    {
        get;
        init => field = value >= 1 && value % 2 == 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(KernelSize)} is odd and at least 1.");
    } = 3;

    /// <summary>The stride of each layer: 1 keeps the size of the image, 2 halves its height and width, −2 doubles them by the transposed convolution.</summary>
    /// <value>None by default: all are 1.</value>
    /// <remarks>As in the FFJORD authors' code: kernels of 4 pixels with one pixel of zeros around for strides 2 and −2.</remarks>
    public IReadOnlyList<int> Strides
    {
        get;
        init => field = value is not null && value.All(stride => stride is 1 or 2 or -2)
            ? [.. value]
            : throw new ArgumentException($"{nameof(Strides)} are 1, 2 or -2 for each layer; found [{string.Join(", ", value ?? [])}].", nameof(value));
    } = [];

    /// <summary>The channels of the image, the hidden channels, the channels of the image.</summary>
    public override LayerSizes Sizes => new([Image.Channels, .. Hidden, Image.Channels])
    {
        Areas = [.. Geometries.Select(geometry => geometry.Area)],
        OutputsPerUnit = LayerType.OutputsPerUnit,
    };

    /// <summary>The convolution of each layer.</summary>
    /// <exception cref="ArgumentException">There is another number of strides than of layers.</exception>
    internal IReadOnlyList<ConvGeometry> Geometries
    {
        get
        {
            int layers = Hidden.Count + 1;
            return Strides.Count == 0 || Strides.Count == layers
                ? [.. Enumerable.Range(0, layers).Select(l => ConvGeometry.Of(Strides.Count == 0 ? 1 : Strides[l], KernelSize))]
                : throw new ArgumentException($"{Strides.Count} strides [{string.Join(", ", Strides)}] do not fit {layers} layers, of which {Hidden.Count} are hidden; give one stride a layer.");
        }
    }

    /// <summary>The image that each layer takes, and the one that the last puts out; of what layers hand on, without the gates of <see cref="LayerSizes.OutputsPerUnit"/>.</summary>
    /// <exception cref="ArgumentException">A height or width is odd where it is to be halved, or the last image has another size than the first.</exception>
    internal IReadOnlyList<ImageShape> Images
    {
        get
        {
            var images = new List<ImageShape> { Image };
            foreach (var (geometry, channels) in Geometries.Zip([.. Hidden, Image.Channels]))
            {
                images.Add(geometry.Output(images[^1], channels));
            }

            return images[^1].Equals(Image)
                ? images
                : throw new ArgumentException($"Strides [{string.Join(", ", Strides)}] lead from images {Image} to {images[^1]}; a field needs as many of -2 as of 2.");
        }
    }

    /// <inheritdoc/>
    public override INetwork CreateNetwork(FlatVector parameters) => new ConvNetwork(this, parameters);

    private protected override long LengthOf(int layer) => Images[layer].Length;
}
