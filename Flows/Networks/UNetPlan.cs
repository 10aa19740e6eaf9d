namespace FlowOde.Flows.Networks;

/// <summary>The parts of a U-Net in the order in which they work, with the places of their parameters.</summary>
internal sealed class UNetPlan
{
    /// <summary>Width of the embedding of time and context, over the channels of the first level.</summary>
    private const long EmbeddingFactor = 4;

    private readonly UNetOptions _options;

    internal UNetPlan(UNetOptions options)
    {
        _options = options;
        Check(options);
        var (channels, image) = (options.Channels, options.Image);
        long embedding = EmbeddingFactor * channels[0];
        Embedding = new(this, channels[0], embedding, options.ContextDimension);
        First = Convolution("first", image.Channels, channels[0], 0);
        var kept = new Stack<long>();
        long width = channels[0];
        for (int level = 0; level < channels.Count; level++)
        {
            for (int i = 0; i < options.ResidualBlocks; i++)
            {
                Down.Add(new(level, Blocks($"down{level}.{i}", level, width, embedding)));
                kept.Push(width = channels[level]);
            }

            if (level < channels.Count - 1)
            {
                Shrink.Add(Convolution($"shrink{level}", width, width, level + 1, stride: 2));
            }
        }

        int last = channels.Count - 1;
        Middle = [.. Blocks("middle.0", last, width, embedding), new UNetResidual(this, "middle.1", last, width, width, embedding)];
        for (int level = last; level >= 0; level--)
        {
            for (int i = 0; i < options.ResidualBlocks; i++)
            {
                Up.Add(new(level, Blocks($"up{level}.{i}", level, width + kept.Pop(), embedding)));
                width = channels[level];
            }

            if (level > 0)
            {
                Grow.Add(Convolution($"grow{level}", width, channels[level - 1], level));
                width = channels[level - 1];
            }
        }

        LastNorm = Norm("last", width);
        Last = Convolution("last", width, image.Channels, 0, scale: options.LastLayerScale);
    }

    internal ExpressedParameters Parameters { get; } = new();

    /// <summary>Products of a weight, or of a pixel attended to, with a number in one evaluation of a row.</summary>
    internal long Products { get; private set; }

    internal UNetEmbedding Embedding { get; }

    internal ExpressedConvolution First { get; }

    /// <summary>The blocks of each level on the way down.</summary>
    internal List<Stage> Down { get; } = [];

    /// <summary>What halves the image behind each level but the last.</summary>
    internal List<ExpressedConvolution> Shrink { get; } = [];

    internal IReadOnlyList<UNetBlock> Middle { get; }

    /// <summary>The blocks of each level on the way up, the smallest image first.</summary>
    internal List<Stage> Up { get; } = [];

    /// <summary>What works before the image is doubled, behind each level but the last, the smallest image first.</summary>
    internal List<ExpressedConvolution> Grow { get; } = [];

    internal ExpressedNorm LastNorm { get; }

    internal ExpressedConvolution Last { get; }

    /// <summary>Adds a convolution.</summary>
    /// <param name="name">Its part.</param>
    /// <param name="inputs">Its channels.</param>
    /// <param name="outputs">The channels it makes.</param>
    /// <param name="level">The level of the image that it makes.</param>
    /// <param name="kernel">Height and width of its kernel.</param>
    /// <param name="stride">1, or 2 to halve the image.</param>
    /// <param name="scale">Of what it starts from.</param>
    internal ExpressedConvolution Convolution(string name, long inputs, long outputs, int level, long kernel = 3, long stride = 1, double scale = 1)
    {
        Products += outputs * inputs * kernel * kernel * Pixels(level);
        return new(Parameters.AddAffine($"{name}.conv", scale, outputs, inputs, kernel, kernel), kernel, stride);
    }

    internal ExpressedNorm Norm(string name, long channels) => new(Parameters.AddNorm($"{name}.norm", channels), _options.Groups);

    /// <summary>Adds a map of numbers that are no image.</summary>
    internal int Affine(string name, long inputs, long outputs)
    {
        Products += inputs * outputs;
        return Parameters.AddAffine(name, 1, outputs, inputs);
    }

    /// <summary>Adds a matrix.</summary>
    internal int Linear(string name, long inputs, long outputs)
    {
        Products += inputs * outputs;
        return Parameters.AddLinear(name, outputs, inputs);
    }

    /// <summary>Counts the products of pixels with pixels.</summary>
    internal void CountAttention(long channels, int level) => Products += 2 * channels * Pixels(level) * Pixels(level);

    private long Pixels(int level) => _options.Image.Pixels >> (2 * level);

    private List<UNetBlock> Blocks(string name, int level, long inputs, long embedding)
    {
        long outputs = _options.Channels[level];
        List<UNetBlock> blocks = [new UNetResidual(this, name, level, inputs, outputs, embedding)];
        if (_options.AttentionLevels.Contains(level))
        {
            blocks.Add(new UNetAttention(this, $"{name}.attention", level, outputs, _options.Heads));
        }

        return blocks;
    }

    private static void Check(UNetOptions options)
    {
        var (image, channels) = (options.Image, options.Channels);
        int halvings = channels.Count - 1;
        if (halvings > 30 || image.Height % (1L << halvings) != 0 || image.Width % (1L << halvings) != 0)
        {
            throw new ArgumentException($"A U-Net of {channels.Count} levels halves images {halvings} times; {image} has height and width that do not allow it. Use fewer levels, or pad the images.", nameof(options));
        }

        if (channels.FirstOrDefault(count => count % options.Groups != 0) is > 0 and var odd)
        {
            throw new ArgumentException($"{odd} channels do not divide into {options.Groups} groups; choose channels that are multiples of {options.Groups}, or other groups.", nameof(options));
        }

        foreach (int level in options.AttentionLevels)
        {
            if (level < 0 || level >= channels.Count)
            {
                throw new ArgumentException($"There is no level {level} to attend at; the levels are 0 to {channels.Count - 1}.", nameof(options));
            }

            if (channels[level] % options.Heads != 0)
            {
                throw new ArgumentException($"{channels[level]} channels at level {level} do not divide into {options.Heads} heads.", nameof(options));
            }
        }
    }

    /// <summary>Blocks behind each other at one level.</summary>
    internal sealed record Stage(int Level, IReadOnlyList<UNetBlock> Blocks);
}
