using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Measurement;
using FlowOde.Solvers.StepSizeControllers;
using static TorchSharp.torch;

namespace FlowOde.Cli.Measuring;

/// <summary>The gradient of a density's own negative log-likelihood.</summary>
internal sealed class ModelGradient : ComparableGradient
{
    private readonly TrainedModel _model;
    private readonly FlowSettings _settings;
    private readonly ObservedAdjoint _adjoint;
    private readonly IObjective _each;
    private readonly TrainingBatch _batch;
    private readonly FlowDraw _draw;
    private readonly ShardedObjective _objective;
    private SequentialFlow? _flow;

    private ModelGradient(TrainedModel model, TrainingBatch batch, SettingValues values, Device device)
        : base(model.Parameters, (int)values.Integer("steps"))
    {
        int threads = device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads");
        var settings = SolveSettings.ForTraining(values);
        (_model, _batch) = (model, batch);
        _adjoint = new(settings.Adjoint);
        _settings = settings with { Adjoint = _adjoint, TapeBytes = settings.TapeBytes / threads }; // as in training: each thread has a gradient of its own
        _each = ObjectiveSettings.LikelihoodOf(values, model.Model);
        _objective = new(_each, threads, model.Parameters);
        _draw = new(new((ulong)values.Integer("seed")), RandomPurpose.Probe, 0, batch.Rows);
    }

    /// <summary>Makes the gradient of a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="device">Where it computes.</param>
    public static ModelGradient Open(MeasurementJob job, Device device)
    {
        var values = job.Values;
        var run = job.Run is { } path ? RunFolder.Open(path) : null;
        var random = new RandomSource((ulong)values.Integer("seed"));
        var data = DataLoader.Prepare(DataLoader.Open(job.Data, values, _ => { }), job.Data, run is null ? values : RunConfig.Read(run).Values);
        var dtype = SolveSettings.DType(values);
        var model = InitialModel.Make(run, values, data, dtype, device);
        return new(model, new BatchSource(data, random, (int)values.Integer("batch"), model.Model.Options.ContextDimension, dtype, device).At(0), values, device);
    }

    /// <inheritdoc/>
    public override GradientCost Compute()
    {
        var result = Evaluate(_flow ??= Bind(_settings));
        return new(result.Forward, result.Backward, _adjoint.LargestDrift);
    }

    /// <inheritdoc/>
    public override double[] ComputeReference()
    {
        using var scope = NewDisposeScope();
        using var batch = new TrainingBatch(_batch.Values.to(ScalarType.Float64), _batch.Rows) { Context = _batch.Context?.to(ScalarType.Float64) };

        // Direct's own numbers, at the memory of one step's tapes and the states.
        using var bound = _model.Bind(_settings with { Adjoint = new CheckpointedAdjoint() }, ScalarType.Float64, _model.Parameters.Device);
        using var gradient = bound.Parameters.CreateLike();
        _each.Evaluate(bound.Flow, batch, _draw, batch.Rows.Length, gradient);
        return Doubles(gradient);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _flow?.Dispose();
        _objective.Dispose();
        _batch.Dispose();
        _model.Statistics.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void ComputeSmall(int few)
    {
        using var flow = Bind(_settings with { Controller = new ConstantStep(few) });
        Evaluate(flow);
    }

    private SequentialFlow Bind(FlowSettings settings) => _model.Model.Bind(_model.Parameters, settings, statistics: _model.Statistics);

    private ObjectiveResult Evaluate(IFlow flow)
    {
        Gradient.Clear();
        return _objective.Evaluate(flow, _batch, _draw, _batch.Rows.Length, Gradient);
    }
}
