using FlowOde.Flows.Bijections;
using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>
/// A model without its parameters: standardisation, then continuous flows on multilayer perceptrons or convolutional networks. Bound to a parameter
/// vector and settings it is a flow; the same model on another vector is another flow that shares nothing that changes.
/// </summary>
public sealed class FlowModel
{
    private readonly NetworkOptions _network;
    private readonly VectorLayout _block;
    private readonly CnfClock _clock;
    private readonly bool _isStopped;

    /// <summary>Describes a model.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="standardize">The map from data to standardised units.</param>
    /// <exception cref="ArgumentException">A name is unknown, or the dimensions disagree.</exception>
    public FlowModel(FlowOptions options, Standardize standardize)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(standardize);
        if (options.Dimension != standardize.Dimension)
        {
            throw new ArgumentException($"The model has {options.Dimension} columns, its standardisation {standardize.Dimension}.");
        }

        if (options.Image is { } found && found.Length != options.Dimension)
        {
            throw new ArgumentException($"An image {found} has {found.Length} numbers; the model has {options.Dimension} columns.", nameof(options));
        }

        (Options, Standardize) = (options, standardize);
        NetworkOptions shape = options.Image is { } image ? new ConvOptions { Image = image, KernelSize = options.KernelSize } : new MlpOptions { Dimension = options.Dimension };
        _network = shape with
        {
            Hidden = [.. options.Hidden.Select(width => (long)width)],
            LayerType = KnownLayers.Named(options.Layer),
            Activation = KnownActivations.Named(options.Activation),
            LastLayerScale = options.LastLayerScale,
            ContextDimension = options.ContextDimension,
        };
        _clock = new(options.BaseTime, options.DataTime);
        _block = options.LearnsDataTime ? VectorLayout.Concatenate(("", _network.ParameterLayout), ("", CnfClock.LearnedLayout)) : _network.ParameterLayout;
        if (_block.Length * options.Blocks > int.MaxValue)
        {
            throw new ArgumentException($"These widths make {_block.Length * options.Blocks:N0} parameters; at most {int.MaxValue:N0} fit one vector. Use smaller hidden layers or fewer blocks.", nameof(options));
        }

        Layout = VectorLayout.Concatenate(Enumerable.Range(0, options.Blocks).Select(i => ($"block{i}.", _block)));
    }

    private FlowModel(FlowModel model, CnfClock clock)
        : this(model.Options, model.Standardize) => (_clock, _isStopped) = (clock, true);

    /// <summary>What the model is made of.</summary>
    public FlowOptions Options { get; }

    /// <summary>The map from data to standardised units.</summary>
    public Standardize Standardize { get; }

    /// <summary>Names and places of all parameters.</summary>
    public VectorLayout Layout { get; }

    /// <summary>Initial parameters.</summary>
    /// <param name="source">The run's draws.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    /// <returns>A new vector; belongs to the caller.</returns>
    public FlatVector CreateParameters(RandomSource source, ScalarType dtype, Device device)
    {
        ArgumentNullException.ThrowIfNull(source);
        var parameters = new FlatVector(Layout, dtype, device);
        for (int block = 0; block < Options.Blocks; block++)
        {
            var stream = source.Stream(RandomPurpose.Initialization, block);
            _network.Initialize((row, count) => Uniforms(stream, row, count), Network(parameters, block));
            if (Options.LearnsDataTime)
            {
                _clock.Initialize(LogDuration(parameters, block));
            }
        }

        return parameters;
    }

    /// <summary>When the rows of a block are base and when data.</summary>
    /// <param name="parameters">The parameters; a learned clock reads them whenever it is asked. They belong to the caller.</param>
    /// <param name="block">The block, counted from the data.</param>
    public CnfClock Clock(FlatVector parameters, int block)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Options.LearnsDataTime && !_isStopped ? new(_clock, LogDuration(parameters, block)) : _clock;
    }

    /// <summary>The same model with its clock stopped on the way from base to data: its density there is that of the flow so far.</summary>
    /// <param name="time">The time; another than the base time.</param>
    public FlowModel StoppedAt(double time) => new(this, new CnfClock(Options.BaseTime, time));

    /// <summary>The model as a flow, which owns the memory of its solves and is to be disposed.</summary>
    /// <param name="parameters">The parameters; the flow reads them whenever it is used.</param>
    /// <param name="settings">How the continuous parts are solved.</param>
    /// <param name="around">Puts something around the network of each continuous part, such as a measurement; null for nothing.</param>
    public SequentialFlow Bind(FlatVector parameters, FlowSettings settings, Func<INetwork, INetwork>? around = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(settings);
        if (!parameters.Layout.Equals(Layout))
        {
            throw new ArgumentException("The parameters have another layout than this model.", nameof(parameters));
        }

        if (settings.RecordedGrids is { } grids && grids.Count != Options.Blocks)
        {
            throw new ArgumentException($"There are {grids.Count} grids for a model of {Options.Blocks} blocks; give one a block.", nameof(settings));
        }

        var pool = new WorkspacePool();
        var share = settings with { TapeBytes = settings.TapeBytes / Options.Blocks }; // the budget is the whole flow's
        var parts = new List<(IFlow, long)> { (Standardize, 0) };
        for (int block = 0; block < Options.Blocks; block++)
        {
            var network = _network.CreateNetwork(Network(parameters, block));
            var dynamics = new CnfDynamics(around?.Invoke(network) ?? network, settings.Trace, settings.Regularizers);
            parts.Add((new Cnf(dynamics, share, Clock(parameters, block), parameters.Slice(_block, block * _block.Length), pool, block), block * _block.Length));
        }

        return new(parameters, parts, pool);
    }

    private FlatVector Network(FlatVector parameters, int block) => parameters.Slice(_network.ParameterLayout, block * _block.Length);

    private FlatVector LogDuration(FlatVector parameters, int block) => parameters.Slice(CnfClock.LearnedLayout, (block * _block.Length) + _network.ParameterLayout.Length);

    private static double[] Uniforms(RandomStream stream, long row, long count)
    {
        var values = new double[count];
        stream.FillUniform<double>([row], checked((int)count), values);
        return values;
    }
}
