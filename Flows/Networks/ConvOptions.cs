using FlowOde.Flows.Layers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Networks;

/// <summary>The shape of a convolutional network whose layers all keep the size of the image.</summary>
public sealed record ConvOptions : NetworkOptions
{
    /// <summary>The image that a row is.</summary>
    public required ImageShape Image
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value), $"{nameof(Image)} says how a row is an image.");
    }

    /// <summary>Height and width of the kernels in pixels; odd, so that padding keeps the size of the image.</summary>
    /// <value>3 by default.</value>
    public long KernelSize
    {
        get;
        init => field = value >= 1 && value % 2 == 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(KernelSize)} is odd and at least 1.");
    } = 3;

    /// <summary>The channels of the image, the hidden channels, the channels of the image.</summary>
    public override LayerSizes Sizes => new([Image.Channels, .. Hidden, Image.Channels]) { Area = KernelSize * KernelSize };

    /// <inheritdoc/>
    public override INetwork CreateNetwork(FlatVector parameters) => new ConvNetwork(this, parameters);
}
