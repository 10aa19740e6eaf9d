using FlowOde.Flows.Bijections;
using FlowOde.Flows.Networks;

namespace FlowOde.Flows.Composition;

/// <summary>What a model is made of. The layout of its parameters follows from this alone.</summary>
public sealed record FlowOptions
{
    /// <summary>Number of columns, at least 1.</summary>
    public required int Dimension
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A model has at least one column.");
    }

    /// <summary>Number of continuous flows behind each other, from 1 to 100; with several scales, before and again behind each squeeze.</summary>
    /// <value>1 by default.</value>
    public int Blocks
    {
        get;
        init => field = value is >= 1 and <= 100 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A model has 1 to 100 blocks.");
    } = 1;

    /// <summary>How a row is an image; null where it is none.</summary>
    /// <value>Null by default.</value>
    public ImageShape? Image { get; init; }

    /// <summary>
    /// Number of scales of a model of images, from 1 to 10. Each but the last has <see cref="Blocks"/> continuous flows, a squeeze, as many flows again,
    /// and gives half of its channels to the base (<see cref="MultiscaleFlow"/>); the last only has the flows.
    /// </summary>
    /// <value>1 by default, a plain chain.</value>
    public int Scales
    {
        get;
        init => field = value is >= 1 and <= 10 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A model has 1 to 10 scales.");
    } = 1;

    /// <summary>Whether a norm with running statistics stands between continuous flows (<see cref="MovingBatchNorm"/>), for images by channel.</summary>
    /// <value>False by default.</value>
    public bool HasBatchNorm { get; init; }

    /// <summary>Number L of levels of images of integers 0 … L − 1, from 2 to 65,536; null for data of real numbers.</summary>
    /// <value>Null by default.</value>
    public int? Levels
    {
        get;
        init => field = value is { } levels ? Dequantization.Checked(levels) : null;
    }

    /// <summary>α of a logit behind the first map, at least 0 and below 1/2, for data that map takes to [0, 1]; null for none.</summary>
    /// <value>Null by default.</value>
    public double? LogitAlpha
    {
        get;
        init => field = value is { } alpha ? Logit.Checked(alpha) : null;
    }

    /// <summary>The kind of network of each block, by its name in <see cref="NetworkKinds"/>; null for <c>conv</c> where rows are images, otherwise <c>mlp</c>.</summary>
    /// <value>Null by default.</value>
    public string? Network { get; init; }

    /// <summary>Number of residual blocks of each level of a U-Net on the way down, and again on the way up, from 1 to 10.</summary>
    /// <value>1 by default.</value>
    public int ResidualBlocks
    {
        get;
        init => field = value is >= 1 and <= 10 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A level has 1 to 10 residual blocks.");
    } = 1;

    /// <summary>The levels of a U-Net, counted from 0 for the full image, at which pixels attend to each other.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<int> AttentionLevels { get; init; } = [];

    /// <summary>Number of heads of a U-Net's attention, which divides the channels of its levels; at least 1.</summary>
    /// <value>4 by default.</value>
    public int AttentionHeads
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Attention has at least 1 head.");
    } = 4;

    /// <summary>Height and width in pixels of the kernels of a convolutional network; odd.</summary>
    /// <value>3 by default.</value>
    public int KernelSize
    {
        get;
        init => field = value >= 1 && value % 2 == 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Kernels have an odd height and width, at least 1.");
    } = 3;

    /// <summary>The stride of each layer of a convolutional network, 1, 2 or −2: see <see cref="Networks.ConvOptions.Strides"/>. The same in every block, whose images they have to fit.</summary>
    /// <value>None by default: all are 1.</value>
    public IReadOnlyList<int> Strides { get; init; } = [];

    /// <summary>The hidden layer of each block, counted from 1, whose width directions of the trace have: see <see cref="Networks.NetworkOptions.BottleneckLayer"/>; 0 for none.</summary>
    /// <value>0 by default.</value>
    public int BottleneckLayer { get; init; }

    /// <summary>Widths of the hidden layers of each block, of convolutions their channels, of a U-Net those of its levels from the full image down; may be empty for an affine field.</summary>
    /// <value>64, 64, 64 by default.</value>
    public IReadOnlyList<int> Hidden
    {
        get;
        init => field = value.All(width => width is >= 1 and <= 65536) ? value : throw new ArgumentOutOfRangeException(nameof(value), string.Join(", ", value), "Hidden widths lie between 1 and 65,536.");
    } = [64, 64, 64];

    /// <summary>How the layers depend on time, by name. A U-Net embeds time in a way of its own.</summary>
    /// <value><c>concatsquash</c> by default.</value>
    public string Layer { get; init; } = "concatsquash";

    /// <summary>The activation between layers, by name. A U-Net has swish.</summary>
    /// <value><c>tanh</c> by default.</value>
    public string Activation { get; init; } = "tanh";

    /// <summary>Number of further numbers a row that the fields depend on, such as a class as a unit vector; zeros stand for no class.</summary>
    /// <value>0 by default, for none.</value>
    public int ContextDimension
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A context has 0 or more columns.");
    }

    /// <summary>The time at which rows follow the base density.</summary>
    /// <value>0 by default.</value>
    public double BaseTime { get; init; }

    /// <summary>The time at which rows are data.</summary>
    /// <value>1 by default.</value>
    public double DataTime { get; init; } = 1;

    /// <summary>Whether the data time of each block is a parameter, which training starts at <see cref="DataTime"/>.</summary>
    /// <value>False by default.</value>
    public bool LearnsDataTime { get; init; }

    /// <summary>The factor of the last layer's initial weights; small values start near the identity map.</summary>
    /// <value>1 by default.</value>
    public double LastLayerScale
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The scale of the last layer must not be negative.");
    } = 1;
}
