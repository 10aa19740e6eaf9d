using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>
/// A U-Net: residual convolutions of an image at several sizes, down to the smallest and up again, with the results of each size on the way down handed to the same
/// size on the way up; attention between pixels where it is asked for; time and context through an embedding that every residual block reads.
/// </summary>
/// <remarks>
/// Ronneberger et al. 2015 (1505.04597) in the form of Ho et al. 2020 (2006.11239), Dhariwal, Nichol 2021 (2105.05233) and, for flow matching, Lipman et al. 2023
/// (2210.02747), with fewer parts: one result of each block is kept rather than of each layer, there is no dropout, and an image is doubled behind its convolution,
/// at a quarter of the work. Pixels of a channel lie together: the norms of libtorch take 24 times as long on the CPU the other way round (measured, 32 × 28 × 28).
/// </remarks>
public sealed class UNetNetwork : AutogradNetwork
{
    private readonly UNetPlan _plan;

    /// <summary>Makes a network over parameters.</summary>
    /// <param name="options">The shape.</param>
    /// <param name="parameters">Has the layout <see cref="UNetOptions.ParameterLayout"/>; belongs to the caller and outlives the network.</param>
    /// <exception cref="ArgumentException">The parameters have another layout, or the options do not fit the image.</exception>
    public UNetNetwork(UNetOptions options, FlatVector parameters)
        : base(parameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Options, _plan) = (options, new(options));
        _plan.Parameters.Check(parameters);
    }

    /// <summary>The shape.</summary>
    public UNetOptions Options { get; }

    /// <inheritdoc/>
    public override long Dimension => Options.Image.Length;

    /// <inheritdoc/>
    public override long ContextDimension => Options.ContextDimension;

    /// <inheritdoc/>
    public override long Products => _plan.Products;

    /// <inheritdoc/>
    protected override Tensor ExpressValues(Tensor time, Tensor values, Tensor? context, IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(parameters);
        using var scope = NewDisposeScope();
        var embedding = _plan.Embedding.Express(time, context, parameters);
        var h = _plan.First.Express(Options.Image.Images(values.contiguous(), Options.Image.Channels, channelsLast: false), parameters);
        var kept = new Stack<Tensor>();
        int level = 0;
        foreach (var stage in _plan.Down)
        {
            while (level < stage.Level)
            {
                h = _plan.Shrink[level++].Express(h, parameters);
            }

            kept.Push(h = Through(stage.Blocks, h, embedding, parameters));
        }

        h = Through(_plan.Middle, h, embedding, parameters);
        int grown = 0;
        foreach (var stage in _plan.Up)
        {
            for (; level > stage.Level; level--)
            {
                h = Doubled(_plan.Grow[grown++].Express(h, parameters));
            }

            h = Through(stage.Blocks, cat([h, kept.Pop()], 1), embedding, parameters);
        }

        h = _plan.Last.Express(nn.functional.silu(_plan.LastNorm.Express(h, parameters)), parameters);
        return h.reshape(values.shape).MoveToOuterDisposeScope();
    }

    private static Tensor Through(IEnumerable<UNetBlock> blocks, Tensor images, Tensor embedding, IReadOnlyList<Tensor> parameters) =>
        blocks.Aggregate(images, (h, block) => block.Express(h, embedding, parameters));

    /// <summary>Each pixel four times.</summary>
    private static Tensor Doubled(Tensor images) => nn.functional.upsample_nearest2d(images, [2 * images.size(2), 2 * images.size(3)]);
}
