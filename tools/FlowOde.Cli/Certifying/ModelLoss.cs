using System.Diagnostics;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Certifying;

/// <summary>The training loss of a model on one batch of its data, in float64 and float32, with fixed probes. Owns the parameters.</summary>
internal sealed class ModelLoss : IDisposable
{
    private readonly FlowModel _model;
    private readonly RandomSource _random;
    private readonly IObjective _objective;
    private readonly FlatVector _statistics;
    private readonly FlatVector _single;
    private readonly FlatVector _singleStatistics;
    private readonly TrainingBatch _batch;
    private readonly TrainingBatch _singleBatch;

    /// <summary>Takes a model's parameters, those of a run or those that training would begin with, and a batch.</summary>
    public ModelLoss(MeasurementSubject subject)
    {
        var (values, data) = (subject.Values, subject.Data);
        _random = new((ulong)values.Integer("seed"));
        (_model, Parameters, _statistics) = InitialModel.Make(subject.Run is { } run ? RunFolder.Open(run) : null, values, data, ScalarType.Float64, CPU);
        _objective = ObjectiveSettings.LikelihoodOf(values, _model);

        // One set of numbers for both types, those that float32 can hold; data that need float64 have no other.
        HasSingle = values.Text("dtype") == "float32";
        (_single, _singleStatistics) = (TrainedModel.Copy(Parameters, ScalarType.Float32, CPU), TrainedModel.Copy(_statistics, ScalarType.Float32, CPU));
        Parameters.CopyFrom(HasSingle ? _single : Parameters);
        int rows = (int)values.Integer("batch");
        _singleBatch = new BatchSource(data, _random, rows, _model.Options.ContextDimension, HasSingle ? ScalarType.Float32 : ScalarType.Float64, CPU).At(0);
        _batch = new(_singleBatch.Values.to(ScalarType.Float64, copy: true), _singleBatch.Rows) { Context = _singleBatch.Context?.to(ScalarType.Float64, copy: true) };
    }

    /// <summary>Whether the model is one for float32.</summary>
    public bool HasSingle { get; }

    /// <summary>The parameters in float64.</summary>
    public FlatVector Parameters { get; }

    /// <summary>Loss and gradient.</summary>
    /// <param name="settings">Solver, steps and gradient method.</param>
    /// <param name="dtype">Float64 or float32.</param>
    public CertifiedGradient Gradient(FlowSettings settings, ScalarType dtype = ScalarType.Float64)
    {
        bool isSingle = dtype == ScalarType.Float32;
        var (parameters, batch) = isSingle ? (_single, _singleBatch) : (Parameters, _batch);
        using var flow = _model.Bind(parameters, settings, statistics: isSingle ? _singleStatistics : _statistics);
        var gradient = parameters.CreateLike();
        try
        {
            var clock = Stopwatch.StartNew();
            var result = _objective.Evaluate(flow, batch, new FlowDraw(_random, RandomPurpose.Probe, 0, batch.Rows), batch.Rows.Length, gradient);
            return new(gradient, result, clock.Elapsed.TotalSeconds);
        }
        catch
        {
            gradient.Dispose();
            throw;
        }
    }

    /// <summary>Directions of length 1 in the space of the parameters; they belong to the caller.</summary>
    public IReadOnlyList<FlatVector> Directions(int count) => [.. Enumerable.Range(0, count).Select(number =>
    {
        var direction = Parameters.CreateLike();
        var stream = _random.Stream(RandomPurpose.Direction, number);
        for (int i = 0; i < direction.Layout.Segments.Count; i++)
        {
            stream.FillNormal<double>([i], checked((int)direction.Layout.Segments[i].Length), direction.AsSpan<double>(i));
        }

        double length = Math.Sqrt(LinearCombination.Dot(direction, direction, [new(0, direction.Layout.Length)]));
        using TorchSharp.Scalar shorten = 1 / length;
        direction.Flat.mul_(shorten);
        return direction;
    })];

    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
        _statistics.Dispose();
        _single.Dispose();
        _singleStatistics.Dispose();
        _singleBatch.Dispose();
        _batch.Dispose();
    }
}
