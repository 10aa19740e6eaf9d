using FlowOde.Flows.Bijections;
using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>
/// A model without its parameters: a map to standardised units, for images perhaps a logit, then continuous flows on multilayer perceptrons or convolutional
/// networks, in one chain or at several scales. Bound to a parameter vector and settings it is a flow; the same model on another vector is another flow that
/// shares nothing that changes.
/// </summary>
public sealed class FlowModel
{
    private readonly ModelPlan _plan;
    private readonly CnfClock _clock;
    private readonly bool _isStopped;

    /// <summary>Describes a model.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="standardize">The map from data to standardised units; where <see cref="FlowOptions.LogitAlpha"/> is given, to [0, 1].</param>
    /// <exception cref="ArgumentException">A name is unknown, or the dimensions disagree.</exception>
    public FlowModel(FlowOptions options, Standardize standardize)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(standardize);
        if (options.Dimension != standardize.Dimension)
        {
            throw new ArgumentException($"The model has {options.Dimension} columns, its standardisation {standardize.Dimension}.");
        }

        (Options, Standardize, _plan) = (options, standardize, new(options));
        _clock = new(options.BaseTime, options.DataTime);
    }

    /// <summary>Describes a model of images of integers, whose first map follows from their number of levels: to [0, 1] for a logit, else to [−1, 1].</summary>
    /// <param name="options">What it is made of; <see cref="FlowOptions.Levels"/> is given.</param>
    /// <exception cref="ArgumentException">The number of levels is missing, a name is unknown, or the dimensions disagree.</exception>
    public FlowModel(FlowOptions options)
        : this(options, FirstMap(options))
    {
    }

    private FlowModel(FlowModel model, CnfClock clock)
        : this(model.Options, model.Standardize) => (_clock, _isStopped) = (clock, true);

    /// <summary>What the model is made of.</summary>
    public FlowOptions Options { get; }

    /// <summary>The map from data to standardised units.</summary>
    public Standardize Standardize { get; }

    /// <summary>The noise that the model's images of integers need in training and scoring; null where data are real numbers.</summary>
    public Dequantization? Dequantization => Options.Levels is { } levels ? new(levels) : null;

    /// <summary>Number of continuous flows: the blocks of all scales.</summary>
    public int BlockCount => _plan.Blocks.Count;

    /// <summary>Names and places of all parameters.</summary>
    public VectorLayout Layout => _plan.Parameters;

    /// <summary>Names and places of the running statistics of the norms; empty without norms.</summary>
    public VectorLayout StatisticsLayout => _plan.Statistics;

    /// <summary>Initial parameters.</summary>
    /// <param name="source">The run's draws.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    /// <returns>A new vector; belongs to the caller.</returns>
    public FlatVector CreateParameters(RandomSource source, ScalarType dtype, Device device)
    {
        ArgumentNullException.ThrowIfNull(source);
        var parameters = new FlatVector(Layout, dtype, device);
        foreach (var block in _plan.Blocks)
        {
            var stream = source.Stream(RandomPurpose.Initialization, block.Block);
            block.Network.Initialize((row, count) => Uniforms(stream, row, count), Network(parameters, block));
            if (Options.LearnsDataTime)
            {
                _clock.Initialize(LogDuration(parameters, block));
            }
        }

        return parameters;
    }

    /// <summary>Initial running statistics: means 0, variances 1.</summary>
    /// <param name="dtype">That of the parameters.</param>
    /// <param name="device">The device.</param>
    /// <returns>A new vector; belongs to the caller.</returns>
    public FlatVector CreateStatistics(ScalarType dtype, Device device)
    {
        var statistics = new FlatVector(StatisticsLayout, dtype, device);
        foreach (var norm in _plan.Norms)
        {
            MovingBatchNorm.Initialize(Statistics(statistics, norm));
        }

        return statistics;
    }

    /// <summary>When the rows of a block are base and when data.</summary>
    /// <param name="parameters">The parameters; a learned clock reads them whenever it is asked. They belong to the caller.</param>
    /// <param name="block">The block, counted from the data, below <see cref="BlockCount"/>.</param>
    public CnfClock Clock(FlatVector parameters, int block)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Options.LearnsDataTime && !_isStopped ? new(_clock, LogDuration(parameters, _plan.Blocks[block])) : _clock;
    }

    /// <summary>The same model with its clock stopped on the way from base to data: its density there is that of the flow so far.</summary>
    /// <param name="time">The time; another than the base time.</param>
    public FlowModel StoppedAt(double time) => new(this, new CnfClock(Options.BaseTime, time));

    /// <summary>The model as a flow, which owns the memory of its solves and is to be disposed.</summary>
    /// <param name="parameters">The parameters; the flow reads them whenever it is used.</param>
    /// <param name="settings">How the continuous parts are solved.</param>
    /// <param name="around">Puts something around the network of each continuous part, such as a measurement; null for nothing.</param>
    /// <param name="statistics">The running statistics of a model with norms, of the parameters' type; the flow reads them whenever it is used. Null without norms.</param>
    /// <exception cref="ArgumentException">A vector has another layout than this model, or there is another number of grids than of blocks.</exception>
    public SequentialFlow Bind(FlatVector parameters, FlowSettings settings, Func<INetwork, INetwork>? around = null, FlatVector? statistics = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(settings);
        if (!parameters.Layout.Equals(Layout))
        {
            throw new ArgumentException("The parameters have another layout than this model.", nameof(parameters));
        }

        if (!(statistics?.Layout ?? VectorLayout.Empty).Equals(StatisticsLayout))
        {
            throw new ArgumentException($"The running statistics are {(statistics is null ? "missing" : $"({statistics.Layout})")}; this model has ({StatisticsLayout}). Take them from {nameof(CreateStatistics)} or the saved model.", nameof(statistics));
        }

        if (statistics is not null && StatisticsLayout.Length > 0 && (statistics.DType, statistics.Device.type) != (parameters.DType, parameters.Device.type))
        {
            throw new ArgumentException($"The running statistics are {statistics.DType} on {statistics.Device}, the parameters {parameters.DType} on {parameters.Device}. Convert them.", nameof(statistics));
        }

        if (settings.RecordedGrids is { } grids && grids.Count != BlockCount)
        {
            throw new ArgumentException($"There are {grids.Count} grids for a model of {BlockCount} blocks; give one a block.", nameof(settings));
        }

        var pool = new WorkspacePool();
        var parts = new List<(IFlow, long)> { (Standardize, 0) };
        if (Options.LogitAlpha is { } alpha)
        {
            parts.Add((new Logit(Options.Dimension, alpha), 0));
        }

        IEnumerable<(IFlow, long)> Steps(int scale) => _plan.Scales[scale].Select(step => step switch
        {
            ModelPlan.Continuous block => (Cnf(block, parameters, settings, around, pool), block.Offset),
            ModelPlan.Norm norm => ((IFlow)new MovingBatchNorm(norm.Channels, norm.Pixels, parameters.Slice(MovingBatchNorm.ParameterLayout(norm.Channels), norm.Offset), Statistics(statistics!, norm)), norm.Offset),
            ModelPlan.Squeezing squeeze => (new Squeeze(squeeze.Image), 0L),
            _ => throw new InvalidOperationException($"A plan has no {step.GetType().Name}."),
        });
        if (_plan.Scales.Count == 1)
        {
            parts.AddRange(Steps(0));
        }
        else
        {
            // Each scale holds its parts' places in the whole vector.
            parts.Add((new MultiscaleFlow(parameters, [.. _plan.Scales.Select((_, scale) => ((IFlow)new SequentialFlow(parameters, [.. Steps(scale)], pool), 0L))]), 0));
        }

        return new(parameters, parts, pool);
    }

    private Cnf Cnf(ModelPlan.Continuous block, FlatVector parameters, FlowSettings settings, Func<INetwork, INetwork>? around, WorkspacePool pool)
    {
        // The budget is the whole flow's, and a tape grows with the pixels.
        var share = settings with { TapeBytes = (long)((Int128)settings.TapeBytes * block.TapeWeight / _plan.TapeWeight) };
        var network = block.Network.CreateNetwork(Network(parameters, block));
        var dynamics = new CnfDynamics(around?.Invoke(network) ?? network, settings.Trace, settings.Regularizers);
        return new(dynamics, share, Clock(parameters, block.Block), parameters.Slice(block.Layout, block.Offset), pool, block.Block);
    }

    private static FlatVector Network(FlatVector parameters, ModelPlan.Continuous block) => parameters.Slice(block.Network.ParameterLayout, block.Offset);

    private static FlatVector LogDuration(FlatVector parameters, ModelPlan.Continuous block) =>
        parameters.Slice(CnfClock.LearnedLayout, block.Offset + block.Network.ParameterLayout.Length);

    private static FlatVector Statistics(FlatVector statistics, ModelPlan.Norm norm) =>
        statistics.Slice(MovingBatchNorm.StatisticsLayout(norm.Channels), norm.StatisticsOffset);

    private static Standardize FirstMap(FlowOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var dequantization = new Dequantization(options.Levels
            ?? throw new ArgumentException($"A model of images needs {nameof(FlowOptions.Levels)}, their number of levels, such as 256; a model of real numbers a standardisation.", nameof(options)));
        return options.LogitAlpha is null ? dequantization.Symmetric(options.Dimension) : dequantization.Unit(options.Dimension);
    }

    private static double[] Uniforms(RandomStream stream, long row, long count)
    {
        var values = new double[count];
        stream.FillUniform<double>([row], checked((int)count), values);
        return values;
    }
}
