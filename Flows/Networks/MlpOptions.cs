using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Networks;

/// <summary>The shape of a multilayer perceptron. Its parameter layout follows from it before any memory is taken.</summary>
public sealed record MlpOptions
{
    private static readonly long[] _usualHidden = [64, 64, 64];

    /// <summary>Number D of inputs and outputs, at least 1.</summary>
    public required long Dimension
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(Dimension)} is the number of columns of the data, at least 1.");
    }

    /// <summary>The widths of the hidden layers, each at least 1; none gives an affine field.</summary>
    /// <value>Three layers of 64 by default.</value>
    public IReadOnlyList<long> Hidden
    {
        get;
        init => field = value is not null && value.All(width => width >= 1)
            ? [.. value]
            : throw new ArgumentException($"{nameof(Hidden)} holds the widths of the hidden layers, each at least 1; found [{string.Join(", ", value ?? [])}].", nameof(value));
    } = _usualHidden;

    /// <summary>How layers depend on time.</summary>
    /// <value><see cref="ConcatSquashLayers"/> by default.</value>
    public ITimeDependentLayers LayerType
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value), "Choose a layer type of KnownLayers.");
    } = new ConcatSquashLayers();

    /// <summary>The function after every layer but the last.</summary>
    /// <value><see cref="TanhActivation"/> by default.</value>
    public Activation Activation
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value), "Choose an activation of KnownActivations.");
    } = new TanhActivation();

    /// <summary>Multiplies the last layer's initial weight and bias; at 0 the untrained field is 0 but for shifts. Dimensionless, at least 0.</summary>
    /// <value>1 by default, as the FFJORD authors have it.</value>
    public double LastLayerScale
    {
        get;
        init => field = value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(LastLayerScale)} is a finite factor, at least 0.");
    } = 1;

    /// <summary>D, hidden widths, D.</summary>
    public LayerSizes Sizes => new([Dimension, .. Hidden, Dimension]);

    /// <summary>The parameters: those of the layers by kind (see <see cref="ITimeDependentLayers.Parameters"/>), then those of the activation.</summary>
    public VectorLayout ParameterLayout => new([.. LayerType.Parameters(Sizes).Select(parameter => parameter.Segment), .. Activation.Segments]);
}
