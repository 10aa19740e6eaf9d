using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>The shape of a network: a chain of layers with an activation between them. Its parameter layout follows before any memory is taken.</summary>
public abstract record NetworkOptions : INetworkOptions
{
    private static readonly long[] _usualHidden = [64, 64, 64];

    /// <summary>The widths of the hidden layers, of convolutions their channels, each at least 1; none gives an affine field.</summary>
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

    /// <summary>Number C of further numbers a row that the field depends on, such as a class; they are added to what the first layer puts out, after a linear map.</summary>
    /// <value>0 by default, for none.</value>
    public long ContextDimension
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(ContextDimension)} is a number of columns, at least 0.");
    }

    /// <summary>
    /// The hidden layer, counted from 1, that is a bottleneck: directions of the trace have its width H instead of D, and tangents are those of J_h J_g, where h leads to
    /// that layer, behind its activation, and g from it. Values of the field are the same. 0 for none.
    /// </summary>
    /// <value>0 by default.</value>
    /// <remarks>
    /// Of the same trace, and less noise the narrower the layer (Grathwohl et al. 2019, FFJORD, §3.1.1, Eq. 9, where it helped with Gaussian directions). An evaluation takes
    /// h once more, its pullback twice.
    /// </remarks>
    public int BottleneckLayer
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(BottleneckLayer)} is the number of a hidden layer, counted from 1, or 0 for none.");
    }

    /// <summary>The widths of all layers.</summary>
    public abstract LayerSizes Sizes { get; }

    /// <summary>The parameters: those of the layers by kind (see <see cref="ITimeDependentLayers.Parameters"/>), then those of the activation, then the map of the context.</summary>
    public VectorLayout ParameterLayout => new([.. LayerType.Parameters(Sizes).Select(parameter => parameter.Segment), .. Activation.Segments, .. ContextTerm.Segments(this)]);

    /// <summary>Numbers of a direction: those of a row, or of the bottleneck.</summary>
    /// <exception cref="ArgumentException">The bottleneck is no hidden layer, or wider than a row.</exception>
    internal long DirectionDimension
    {
        get
        {
            if (BottleneckLayer > Hidden.Count)
            {
                throw new ArgumentException($"Layer {BottleneckLayer} cannot be the bottleneck: there are {Hidden.Count} hidden layers, counted from 1. Use 0 for none.");
            }

            long rows = LengthOf(0), found = LengthOf(BottleneckLayer);
            return found <= rows
                ? found
                : throw new ArgumentException($"Hidden layer {BottleneckLayer} has {found} numbers a row, the input {rows}: that is no bottleneck. Make it narrower, or use 0 for none.");
        }
    }

    /// <summary>The segments of the activation's parameters.</summary>
    internal Range ActivationParameters
    {
        get
        {
            int first = LayerType.Parameters(Sizes).Count;
            return first..(first + Activation.Segments.Count);
        }
    }

    /// <summary>Makes the network over parameters.</summary>
    /// <param name="parameters">Has the layout <see cref="ParameterLayout"/>; belongs to the caller and outlives the network.</param>
    /// <exception cref="ArgumentException">The parameters have another layout.</exception>
    public abstract INetwork CreateNetwork(FlatVector parameters);

    /// <summary>Numbers of a row before a layer.</summary>
    private protected abstract long LengthOf(int layer);

    /// <inheritdoc/>
    void INetworkOptions.Initialize(Func<long, long, double[]> uniforms, FlatVector intoParameters) => this.Initialize(uniforms, intoParameters);

    internal void CheckLayout(FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!parameters.Layout.Equals(ParameterLayout))
        {
            throw new ArgumentException($"The parameters have the layout {parameters.Layout}; these options need {ParameterLayout}.", nameof(parameters));
        }
    }

    /// <summary>The chain as a torch expression, with each layer given by the caller.</summary>
    /// <param name="time">[] or [B].</param>
    /// <param name="input">Values and the directions of their tangents.</param>
    /// <param name="context">[B, C]; null for zeros, or where there is none.</param>
    /// <param name="parameters">A tensor for each segment of the layout.</param>
    /// <param name="layer">Layer l of a dual, before its activation; called in a dispose scope of its own.</param>
    internal DualExpression Express(torch.Tensor time, DualExpression input, torch.Tensor? context, IReadOnlyList<torch.Tensor> parameters, Func<int, DualExpression, DualExpression> layer)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        int needed = ParameterLayout.Segments.Count, layers = Sizes.Count;
        if (parameters.Count != needed)
        {
            throw new ArgumentException($"{parameters.Count} tensors do not stand for the {needed} segments of the parameters; give one for each.", nameof(parameters));
        }

        if (time.dim() > 0 && (time.dim() > 1 || time.size(0) != input.Values.size(0)))
        {
            throw new ArgumentException($"Times have the shape [{string.Join(", ", time.shape)}]; {input.Values.size(0)} rows need [], one for all, or [{input.Values.size(0)}], one for each.", nameof(time));
        }

        using var scope = torch.NewDisposeScope();
        torch.Tensor[] ofActivation = [.. parameters.Take(ActivationParameters)];
        var h = BottleneckLayer == 0 || input.Tangents is null ? Through(input, 0, layers) : ThroughBottleneck(input.Tangents);
        h.Tangents?.MoveToOuterDisposeScope();
        h.Values.MoveToOuterDisposeScope();
        return h;

        DualExpression Through(DualExpression h, int from, int to)
        {
            for (int l = from; l < to; l++)
            {
                h = layer(l, h);
                h = l == 0 && context is not null ? new(ContextTerm.Express(h.Values, context, parameters[^1], Sizes.Out(0)), h.Tangents) : h;
                h = Sizes.OutputsPerUnit == 1 ? h : HalfGate.Express(h);
                h = l < layers - 1 ? Activation.Express(h, ofActivation) : h;
            }

            return h;
        }

        // As Bottleneck has it in buffers.
        DualExpression ThroughBottleneck(torch.Tensor directions)
        {
            long width = DirectionDimension;
            var narrow = Through(new(input.Values, null), 0, BottleneckLayer);
            var output = Through(new(narrow.Values, directions.narrow(2, 0, width)), BottleneckLayer, layers);
            var back = Through(new(input.Values, output.Tangents), 0, BottleneckLayer).RequireTangents();
            var rest = torch.zeros_like(directions).narrow(2, width, directions.size(2) - width);
            return new(output.Values, torch.cat([back, rest], 2));
        }
    }
}
