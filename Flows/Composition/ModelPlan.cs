using FlowOde.Flows.Bijections;
using FlowOde.Flows.Networks;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Composition;

/// <summary>The parts of a model from data to base, behind its preprocessing, with the place of their parameters: all before any memory is taken.</summary>
internal sealed class ModelPlan
{
    private readonly FlowOptions _options;
    private readonly List<(string Prefix, VectorLayout Layout)> _parameters = [];
    private readonly List<(string Prefix, VectorLayout Layout)> _statistics = [];
    private readonly List<Continuous> _blocks = [];

    /// <summary>Lays a model out.</summary>
    /// <exception cref="ArgumentException">A name is unknown, or the image does not fit the columns or the scales.</exception>
    internal ModelPlan(FlowOptions options)
    {
        _options = options;
        if (options.Image is { } found && found.Length != options.Dimension)
        {
            throw new ArgumentException($"An image {found} has {found.Length} numbers; the model has {options.Dimension} columns.", nameof(options));
        }

        var image = options.Image;
        Scales = [.. Enumerable.Range(0, options.Scales).Select(scale => (IReadOnlyList<Step>)Scale(scale, ref image))];
        Parameters = VectorLayout.Concatenate(_parameters);
        Statistics = VectorLayout.Concatenate(_statistics);
    }

    /// <summary>The steps of each scale; one scale for a plain chain.</summary>
    internal IReadOnlyList<IReadOnlyList<Step>> Scales { get; }

    /// <summary>The continuous flows, in the order from data to base.</summary>
    internal IReadOnlyList<Continuous> Blocks => _blocks;

    /// <summary>Names and places of all parameters.</summary>
    internal VectorLayout Parameters { get; }

    /// <summary>Names and places of the running statistics.</summary>
    internal VectorLayout Statistics { get; }

    /// <summary>The norms, in the order from data to base.</summary>
    internal IEnumerable<Norm> Norms => Scales.SelectMany(scale => scale).OfType<Norm>();

    /// <summary>The weights of all continuous flows in sharing a budget of memory.</summary>
    internal long TapeWeight => _blocks.Sum(block => block.TapeWeight);

    private List<Step> Scale(int scale, ref ImageShape? image)
    {
        var steps = new List<Step>();
        AddBlocks(steps, image);
        if (scale == _options.Scales - 1)
        {
            return steps;
        }

        if (image is null)
        {
            throw new ArgumentException($"A model of {_options.Scales} scales squeezes images; say how a row is an image by {nameof(FlowOptions.Image)}, or use 1 scale.", nameof(image));
        }

        if (image.Height % 2 != 0 || image.Width % 2 != 0)
        {
            throw new ArgumentException($"Scale {scale + 1} of {_options.Scales} has images {image}, whose height and width are not both even, so that they cannot be squeezed. Use at most {scale + 1} scale{(scale == 0 ? "" : "s")}, or pad the images.", nameof(image));
        }

        steps.Add(new Squeezing(image));
        var squeezed = Squeeze.ToShape(image);
        AddBlocks(steps, squeezed);
        image = new(squeezed.Channels / 2, squeezed.Height, squeezed.Width);
        return steps;
    }

    private void AddBlocks(List<Step> steps, ImageShape? image)
    {
        var network = NetworkKinds.Of(_options).Options(_options, image);
        var layout = _options.LearnsDataTime ? VectorLayout.Concatenate(("", network.ParameterLayout), ("", CnfClock.LearnedLayout)) : network.ParameterLayout;
        for (int i = 0; i < _options.Blocks; i++)
        {
            int block = _blocks.Count;
            if (block >= FlowDraw.MaxParts)
            {
                throw new ArgumentException($"{_options.Scales} scales of {_options.Blocks} blocks make more than {FlowDraw.MaxParts} continuous flows, the most a model may have. Use fewer blocks.", nameof(image));
            }

            if (_options.HasBatchNorm && block > 0)
            {
                var (channels, pixels) = image is null ? (_options.Dimension, 1L) : (image.Channels, image.Pixels);
                var norm = new Norm(channels, pixels, End(_parameters), End(_statistics));
                steps.Add(norm);
                _parameters.Add(($"norm{block}.", MovingBatchNorm.ParameterLayout(channels)));
                _statistics.Add(($"norm{block}.", MovingBatchNorm.StatisticsLayout(channels)));
            }

            _blocks.Add(new(block, network, layout, End(_parameters), image?.Pixels ?? 1));
            steps.Add(_blocks[^1]);
            _parameters.Add(($"block{block}.", layout));
            if (End(_parameters) > int.MaxValue)
            {
                throw new ArgumentException($"These widths make more than {int.MaxValue:N0} parameters, the most that fit one vector. Use smaller hidden layers or fewer blocks.", nameof(image));
            }
        }
    }

    private static long End(List<(string Prefix, VectorLayout Layout)> parts) => parts.Sum(part => part.Layout.Length);

    /// <summary>One part of a scale.</summary>
    internal abstract record Step;

    /// <summary>A continuous flow: its number, its network, and the layout and place of its parameters.</summary>
    internal sealed record Continuous(int Block, INetworkOptions Network, VectorLayout Layout, long Offset, long Pixels) : Step
    {
        private const long Handles = 16; // what the handles to a tape's tensors take, in pixels of some thousand numbers each

        /// <summary>A tape's size beside those of others.</summary>
        internal long TapeWeight => Pixels + Handles;
    }

    /// <summary>A norm, with the places of its parameters and of its running statistics.</summary>
    internal sealed record Norm(long Channels, long Pixels, long Offset, long StatisticsOffset) : Step;

    /// <summary>A squeeze of these images.</summary>
    internal sealed record Squeezing(ImageShape Image) : Step;
}
