using FlowOde.Flows.Classification.Blocks;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Flows.Networks;

namespace FlowOde.Flows.Classification;

/// <summary>The shape of an <see cref="OdeClassifier"/>: a stem, a chain of residual blocks in an architecture, and a head.</summary>
public sealed record OdeClassifierOptions
{
    /// <summary>Numbers D of a row.</summary>
    public required int Dimension
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Dimension)} is at least 1.");
    }

    /// <summary>How the numbers of a row are an image; null where they are none.</summary>
    public ImageShape? Image { get; init; }

    /// <summary>Number of classes, at least 2.</summary>
    public required int Classes
    {
        get;
        init => field = value >= 2 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"A classifier tells at least two classes apart.");
    }

    /// <summary>How the blocks follow each other.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>What a block is.</summary>
    public required BlockKind Field { get; init; }

    /// <summary>Channels, or columns, of the state behind the stem; at least 1.</summary>
    public required int Channels
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Channels)} is at least 1.");
    }

    /// <summary>Channels of zeros behind those, for an architecture that is augmented.</summary>
    /// <value>0 by default.</value>
    public int ExtraChannels
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(ExtraChannels)} is at least 0.");
    }

    /// <summary>Number N of steps, for an architecture that does not choose them.</summary>
    /// <value>1 by default.</value>
    public int Depth
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Depth)} is at least 1: a chain without a step would be no network.");
    } = 1;

    /// <summary>Whether all steps share one set of weights. An architecture that chooses its steps always does.</summary>
    public bool IsShared { get; init; }

    /// <summary>How often the stem halves images, at least 0.</summary>
    /// <value>0 by default.</value>
    public int Halvings
    {
        get;
        init => field = value is >= 0 and <= 10 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Halvings)} is 0 to 10.");
    }

    /// <summary>The convolutions between images and the first block.</summary>
    /// <value><see cref="StemShape.Padded"/> by default.</value>
    public StemShape Stem { get; init; } = StemShape.Padded;

    /// <summary>The most groups of channels that a norm of images has, at least 1; a norm has as many of them as go into its channels.</summary>
    /// <value>8 by default.</value>
    public int NormGroups
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(NormGroups)} is at least 1.");
    } = 8;

    /// <summary>Channels, or columns, of the chain's state.</summary>
    public int StateChannels => Channels + ExtraChannels;

    /// <summary>Number of blocks with weights of their own.</summary>
    internal int Blocks => Architecture.Blocks(Depth, IsShared || Architecture.ChoosesSteps);

    /// <summary>Refuses what cannot go together.</summary>
    /// <exception cref="ArgumentException">The message says what, and what to change.</exception>
    public void Check()
    {
        if (Image is { } image && image.Length != Dimension)
        {
            throw new ArgumentException($"Images of {image} have {image.Length} numbers, rows {Dimension}.");
        }

        if (!Architecture.ChoosesSteps && Depth < Architecture.LeastDepth)
        {
            throw new ArgumentException($"The architecture '{Architecture.Name}' has at least {Architecture.LeastDepth} steps; found a depth of {Depth}.");
        }

        if (StateChannels % Architecture.Parts != 0)
        {
            throw new ArgumentException($"The architecture '{Architecture.Name}' splits the channels in {Architecture.Parts} equal parts, which {StateChannels} do not allow; give an even number.");
        }

        if (ExtraChannels > 0 != Architecture.IsAugmented)
        {
            throw new ArgumentException(Architecture.IsAugmented
                ? $"The architecture '{Architecture.Name}' adds channels that start at zero; found none. Give 1 or more."
                : $"The architecture '{Architecture.Name}' adds no channels; found {ExtraChannels}. Use 'anode', or leave them out.");
        }

        Field.Check(this);
    }
}
