using FlowOde.Cli.Classifying;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Measurement;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Measuring;

/// <summary>The gradient of a classifier's cross-entropy.</summary>
/// <remarks>Parameters and their gradients, of which a deep network has many, have their memory before the measured gradient begins: what is measured are activations.</remarks>
internal sealed class ClassifierGradient : ComparableGradient
{
    private readonly OdeClassifier _model;
    private readonly TrainingBatch _batch;
    private readonly ClassifierSolve _solve;
    private readonly ObservedAdjoint _adjoint;
    private readonly RandomSource _random;
    private readonly int _threads;
    private readonly CrossEntropy _objective;

    private ClassifierGradient(OdeClassifier model, FlatVector parameters, TrainingBatch batch, SettingValues values, int threads)
        : base(parameters, (int)values.Integer(model.Options.Architecture.ChoosesSteps ? "steps" : "depth"))
    {
        var solve = ClassifierSettings.Solve(values);
        (_model, _batch, _threads) = (model, batch, threads);
        _random = new((ulong)values.Integer("seed"));
        _adjoint = new(solve.Adjoint);
        _solve = solve with { Adjoint = _adjoint, TapeBytes = solve.TapeBytes / threads }; // as in training: each thread has a gradient of its own
        _objective = new(model.Bind(parameters, _solve, isTrained: true), threads, parameters);
    }

    /// <summary>Makes the gradient of a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="device">Where it computes.</param>
    public static ClassifierGradient Open(MeasurementJob job, Device device)
    {
        var values = job.Values;
        var run = job.Run is { } path ? RunFolder.Open(path) : null;
        var ofData = run is null ? values : RunConfig.ReadClassifier(run).Values;
        var data = ClassifierData.Load(job.Data, ofData, _ => ofData, _ => { });
        var random = new RandomSource((ulong)values.Integer("seed"));
        var dtype = SolveSettings.DType(values);
        var shape = ClassifierSettings.Read(values, data.Rows.Dimension, data.Rows.Image, data.Classes.Count);
        using var loaded = run is null ? null : ClassifierStore.Read(run);
        var model = new OdeClassifier(shape, loaded?.Model.Mean ?? data.Mean, loaded?.Model.Scale ?? data.Scale);
        var parameters = loaded is null ? model.CreateParameters(random, dtype, device) : TrainedModel.Copy(loaded.Parameters, dtype, device);
        int threads = device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads");
        return new(model, parameters, new BatchSource(data.Rows, random, (int)values.Integer("batch"), data.Classes.Count, dtype, device).At(0), values, threads);
    }

    /// <inheritdoc/>
    public override GradientCost Compute()
    {
        var result = Evaluate(_objective, _batch, Gradient);
        return new(result.Forward, result.Backward, _adjoint.LargestDrift);
    }

    /// <inheritdoc/>
    public override double[] ComputeReference()
    {
        using var scope = NewDisposeScope();

        // Direct's own numbers, at the memory of one step's tapes and the states; architectures with a way of their own have it in float64.
        using var parameters = TrainedModel.Copy(Parameters, ScalarType.Float64, Parameters.Device);
        using var gradient = parameters.CreateLike();
        var bound = _model.Bind(parameters, _solve with { Adjoint = new CheckpointedAdjoint() }, isTrained: true);
        bound.Gradient(_batch.Values.to(ScalarType.Float64), _batch.Context!.to(ScalarType.Float64), _batch.Rows.Length, gradient);
        return Doubles(gradient);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _objective.Dispose();
        _batch.Dispose();
        _model.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void ComputeSmall(int few)
    {
        var shape = _model.Options with { Depth = Math.Max(few, _model.Options.Architecture.LeastDepth), IsShared = true };
        using var model = new OdeClassifier(shape, _model.Mean, _model.Scale);
        using var parameters = model.CreateParameters(_random, Parameters.DType, Parameters.Device);
        using var gradient = parameters.CreateLike();
        using var objective = new CrossEntropy(model.Bind(parameters, _solve with { Controller = new ConstantStep(few) }, isTrained: true), _threads, parameters);
        Evaluate(objective, _batch, gradient);
        TouchGradients();
    }

    /// <summary>
    /// Gradients are of zeros until something is written, and till then take no memory. A gradient of a few rows writes to all of them; of so few
    /// that the pool, which keeps what solves of one number of rows take, has nothing for the batch.
    /// </summary>
    private void TouchGradients()
    {
        int ofEach = _batch.Rows.Length < 2 * _threads ? 3 : 1;
        using var scope = NewDisposeScope();
        using var rows = new TrainingBatch(_batch.Values.narrow(0, 0, 1).repeat(ofEach * _threads, 1), [.. Enumerable.Repeat(_batch.Rows[0], ofEach * _threads)])
        {
            Context = _batch.Context!.narrow(0, 0, 1).repeat(ofEach * _threads, 1),
        };
        Evaluate(_objective, rows, Gradient);
    }

    private static ObjectiveResult Evaluate(CrossEntropy objective, TrainingBatch batch, FlatVector gradient)
    {
        gradient.Clear();
        return objective.Evaluate(batch, gradient);
    }
}
