using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Classification;

/// <summary>The shape of an <see cref="ImageClassifier"/>.</summary>
public sealed record ClassifierOptions
{
    private static readonly long[] _usualChannels = [32, 64, 64];

    /// <summary>How the numbers of a row are an image.</summary>
    public required ImageShape Image
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value), $"{nameof(Image)} says how a row is an image.");
    }

    /// <summary>Number of classes, at least 2; labels are 0 to one less.</summary>
    public required int Classes
    {
        get;
        init => field = value >= 2 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Classes)} is at least 2.");
    }

    /// <summary>The channels of each convolution, one at least; between two, images are halved while they have 4 pixels in height and width.</summary>
    /// <value>32, 64, 64 by default.</value>
    public IReadOnlyList<long> Channels
    {
        get;
        init => field = value is { Count: > 0 } && value.All(channels => channels >= 1)
            ? [.. value]
            : throw new ArgumentException($"{nameof(Channels)} holds the channels of each convolution, at least one of at least one; found [{string.Join(", ", value ?? [])}].", nameof(value));
    } = _usualChannels;

    /// <summary>Number F of features before the last layer, at least 1.</summary>
    /// <value>128 by default.</value>
    public int Features
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Features)} is at least 1.");
    } = 128;

    /// <summary>Names and places of the parameters.</summary>
    public VectorLayout ParameterLayout => new ClassifierLayers(this).Parameters.Layout;
}
