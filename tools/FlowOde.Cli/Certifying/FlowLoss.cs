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

/// <summary>The negative log-likelihood of a flow, with fixed probes.</summary>
internal sealed class FlowLoss : CertifiedLoss
{
    private readonly FlowModel _model;
    private readonly IObjective _objective;
    private readonly FlowSettings _settings;
    private readonly FlatVector _statistics;
    private readonly FlatVector _singleStatistics;

    private FlowLoss(MeasurementSubject subject, TrainedModel model, FlowSettings settings)
        : base(subject.Values, subject.Data, model.Model.Options.ContextDimension, model.Parameters)
    {
        (_model, _settings, _statistics) = (model.Model, settings, model.Statistics);
        _objective = ObjectiveSettings.LikelihoodOf(subject.Values, _model);
        _singleStatistics = TrainedModel.Copy(_statistics, ScalarType.Float32, CPU);
    }

    /// <inheritdoc/>
    public override CertifiedSolve Usual => new(_settings.Stepper, _settings.Controller, _settings.Adjoint, _settings.Limits);

    /// <summary>The loss of a run's model, or of the one that training would begin with.</summary>
    /// <param name="subject">The model and its data.</param>
    /// <param name="settings">How it is solved in training.</param>
    public static FlowLoss Open(MeasurementSubject subject, FlowSettings settings) =>
        new(subject, InitialModel.Make(subject.Run is { } run ? RunFolder.Open(run) : null, subject.Values, subject.Data, ScalarType.Float64, CPU), settings);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _statistics.Dispose();
        _singleStatistics.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override ObjectiveResult Evaluate(CertifiedSolve solve, FlatVector parameters, TrainingBatch batch, FlatVector intoGradient)
    {
        var settings = _settings with { Stepper = solve.Stepper, Controller = solve.Controller, Adjoint = solve.Adjoint, Limits = solve.Limits, RecordedGrids = solve.Grids };
        using var flow = _model.Bind(parameters, settings, statistics: parameters.DType == ScalarType.Float32 ? _singleStatistics : _statistics);
        return _objective.Evaluate(flow, batch, new FlowDraw(Random, RandomPurpose.Probe, 0, batch.Rows), batch.Rows.Length, intoGradient);
    }
}
