using FlowOde.Cli.Classifying;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Certifying;

/// <summary>The cross-entropy of a classifier.</summary>
internal sealed class ClassifierLoss : CertifiedLoss
{
    private const int MoveNumber = 1000; // behind those of all directions
    private const double MoveSize = 0.01;

    private readonly OdeClassifier _model;
    private readonly ClassifierSolve _solve;

    private ClassifierLoss(ClassifierData data, SettingValues values, OdeClassifier model, FlatVector parameters)
        : base(values, data.Rows, data.Classes.Count, parameters) => (_model, _solve) = (model, ClassifierSettings.Solve(values));

    /// <inheritdoc/>
    public override CertifiedSolve Usual => ChoosesSteps
        ? new(_solve.Stepper, _solve.Controller, _solve.Adjoint, _solve.Limits)
        : new(_model.Options.Architecture.Method ?? _solve.Stepper, new ConstantStep(_model.Options.Depth), _solve.Adjoint, _solve.Limits);

    /// <summary>Plain back-propagation through the whole chain, where its gradient has a way of its own.</summary>
    public override IAdjoint Reference => _model.Options.Architecture.HasOwnGradient ? new BackpropagationAdjoint() : base.Reference;

    /// <inheritdoc/>
    public override bool ChoosesSteps => _model.Options.Architecture.ChoosesSteps;

    /// <inheritdoc/>
    public override bool IsSmooth => _model.Options.Field.IsSmooth;

    /// <inheritdoc/>
    public override string? Warning => _model.Warning(Parameters);

    /// <summary>The loss of a run's classifier.</summary>
    /// <param name="run">The run.</param>
    /// <param name="data">Its data.</param>
    /// <param name="values">Its settings, and what was chosen anew.</param>
    public static ClassifierLoss OfRun(RunFolder run, ClassifierData data, SettingValues values)
    {
        using var loaded = ClassifierStore.Read(run);
        return new(data, values, new(loaded.Model.Options, loaded.Model.Mean, loaded.Model.Scale), TrainedModel.Copy(loaded.Parameters, ScalarType.Float64, CPU));
    }

    /// <summary>The loss of a fresh classifier, moved a little from its first values: at those, channels of zeros lie where relu has its bend, and nothing has a derivative.</summary>
    /// <param name="data">The data.</param>
    /// <param name="values">The settings.</param>
    /// <param name="options">The classifier's shape.</param>
    public static ClassifierLoss Fresh(ClassifierData data, SettingValues values, OdeClassifierOptions options)
    {
        var model = new OdeClassifier(options, data.Mean, data.Scale);
        var random = new RandomSource((ulong)values.Integer("seed"));
        var parameters = model.CreateParameters(random, ScalarType.Float64, CPU);
        if (values.Has("k"))
        {
            model.SetCoefficients(values.Number("k"), parameters);
        }

        using var move = Normals(parameters, random, MoveNumber);
        LinearCombination.Write(parameters, [MoveSize], [move], [new(0, parameters.Layout.Length)], parameters);
        return new(data, values, model, parameters);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _model.Dispose();
    }

    /// <inheritdoc/>
    protected override ObjectiveResult Evaluate(CertifiedSolve solve, FlatVector parameters, TrainingBatch batch, FlatVector intoGradient)
    {
        var chosen = _solve with { Stepper = solve.Stepper, Controller = solve.Controller, Adjoint = solve.Adjoint, Limits = solve.Limits, RecordedGrids = solve.Grids };
        return _model.Bind(parameters, chosen, isTrained: true).Gradient(batch.Values, batch.Context!, batch.Rows.Length, intoGradient);
    }
}
