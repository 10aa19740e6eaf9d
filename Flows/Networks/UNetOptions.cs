using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Networks;

/// <summary>
/// The shape of a <see cref="UNetNetwork"/>: residual blocks at levels that halve the image, down to a middle and up again, with the results of each level on the way
/// down handed to the same level on the way up.
/// </summary>
public sealed record UNetOptions : INetworkOptions
{
    private static readonly long[] _usualChannels = [32, 64, 64];

    /// <summary>The image that a row is; height and width divide by 2 as often as there are levels behind the first.</summary>
    public required ImageShape Image
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value), $"{nameof(Image)} says how a row is an image.");
    }

    /// <summary>The channels of each level, from the full image down; one level at least, all multiples of <see cref="Groups"/>.</summary>
    /// <value>32, 64, 64 by default: a step of flow matching on 64 images of 28 × 28 takes half a second of one thread (float32, AVX-512 at two threads a core).</value>
    public IReadOnlyList<long> Channels
    {
        get;
        init => field = value is { Count: > 0 } && value.All(channels => channels >= 1)
            ? [.. value]
            : throw new ArgumentException($"{nameof(Channels)} holds the channels of each level, at least one level and one channel; found [{string.Join(", ", value ?? [])}].", nameof(value));
    } = _usualChannels;

    /// <summary>Number of residual blocks of a level on the way down, and again on the way up, from 1 to 10.</summary>
    /// <value>1 by default.</value>
    public int ResidualBlocks
    {
        get;
        init => field = value is >= 1 and <= 10 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(ResidualBlocks)} is a number from 1 to 10.");
    } = 1;

    /// <summary>Number of groups of channels that are normalised together.</summary>
    /// <value>8 by default.</value>
    public long Groups
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Groups)} is at least 1.");
    } = 8;

    /// <summary>The levels, counted from 0 for the full image, at which pixels attend to each other behind each residual block; with the last, also in the middle.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<int> AttentionLevels
    {
        get;
        init => field = value is not null ? [.. value] : throw new ArgumentNullException(nameof(value));
    } = [];

    /// <summary>Number of heads of attention, which divides the channels of its levels.</summary>
    /// <value>4 by default.</value>
    public int Heads
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Heads)} is at least 1.");
    } = 4;

    /// <summary>Number C of further numbers a row that the field depends on, such as a class; a linear map of them is added to the embedding of time.</summary>
    /// <value>0 by default, for none.</value>
    public long ContextDimension
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(ContextDimension)} is a number of columns, at least 0.");
    }

    /// <summary>Multiplies the last convolution's initial weight and bias; at 0 the untrained field is 0. Dimensionless, at least 0.</summary>
    /// <value>0 by default, as Ho et al. 2020 (2006.11239) and Dhariwal, Nichol 2021 (2105.05233) have it in their code.</value>
    public double LastLayerScale
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(LastLayerScale)} is a finite factor, at least 0.");
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The image does not halve so often, or groups or heads do not divide the channels.</exception>
    public VectorLayout ParameterLayout => new UNetPlan(this).Parameters.Layout;

    /// <inheritdoc/>
    public INetwork CreateNetwork(FlatVector parameters) => new UNetNetwork(this, parameters);

    /// <summary>
    /// Overwrites all parameters: weights and biases uniform in ±1/√(fan-in), norms the identity, the second convolution of each residual block and the last map of each
    /// attention 0, so that these start as the identity, and the last convolution scaled by <see cref="LastLayerScale"/>.
    /// </summary>
    /// <remarks>For weights that is the law of He et al. 2015 (1502.01852) with a slope of √5, which PyTorch starts from; zeros as Dhariwal, Nichol 2021 have them in their code.</remarks>
    /// <inheritdoc/>
    public void Initialize(Func<long, long, double[]> uniforms, FlatVector intoParameters)
    {
        ArgumentNullException.ThrowIfNull(uniforms);
        ArgumentNullException.ThrowIfNull(intoParameters);
        new UNetPlan(this).Parameters.Initialize(uniforms, intoParameters);
    }
}
