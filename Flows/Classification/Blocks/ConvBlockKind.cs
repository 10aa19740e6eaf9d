using FlowOde.Flows.Networks;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>Convolutions with group norms, as in the classifiers of Chen et al. 2018 (Neural ODEs, §3): for images.</summary>
internal sealed class ConvBlockKind : BlockKind
{
    /// <inheritdoc/>
    public override string Name => "conv";

    /// <inheritdoc/>
    public override string Description => "norm, relu and convolution twice, and a norm, with a channel of time; for images";

    /// <inheritdoc/>
    public override bool IsSmooth => false;

    internal override void Check(OdeClassifierOptions options)
    {
        if (options.Image is not { } image)
        {
            throw new ArgumentException($"A field of kind '{Name}' is for images, and these rows are none; use 'mlp'.", nameof(options));
        }

        long smallest = options.Stem.LeastSide(options.Halvings);
        if (image.Height < smallest || image.Width < smallest)
        {
            throw new ArgumentException($"Images of {image.Height} x {image.Width} pixels cannot be halved {options.Halvings} times: that takes {smallest} x {smallest} at least. Give fewer halvings, or larger images.", nameof(options));
        }
    }

    internal override ExpressedMap Stem(OdeClassifierOptions options) => new ConvStem(options);

    internal override ExpressedBlock Block(OdeClassifierOptions options, long channels) => new ConvBlock(StateImage(options, channels), Groups(options, channels));

    internal override ExpressedMap Head(OdeClassifierOptions options) => new ConvHead(options);

    /// <summary>The images that the chain works on.</summary>
    internal static ImageShape StateImage(OdeClassifierOptions options, long channels) =>
        new(channels, options.Stem.SideBehind((int)options.Image!.Height, options.Halvings), options.Stem.SideBehind((int)options.Image.Width, options.Halvings));

    /// <summary>Groups of a norm: the most that are asked for and go into the channels.</summary>
    internal static long Groups(OdeClassifierOptions options, long channels) =>
        Enumerable.Range(1, options.NormGroups).Select(groups => (long)groups).Last(groups => channels % groups == 0);
}
