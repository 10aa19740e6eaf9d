using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Samplers.Scoring;
using static TorchSharp.torch;

namespace FlowOde.Cli.Reporting;

/// <summary>What a finished run reports: the best model and a Gaussian mixture, scored on the same rows.</summary>
internal sealed record FinalScores : IRunScores
{
    private const int MostComponents = 10;

    private const int MostTrainRows = 10_000;

    /// <summary>The unit of log-densities.</summary>
    public required string Unit { get; init; }

    /// <summary>Mean −log p of training rows, in nats.</summary>
    public required MeanScore Train { get; init; }

    /// <summary>Mean −log p of validation rows, in nats.</summary>
    public required MeanScore Validation { get; init; }

    /// <summary>Mean −log p of test rows, in nats.</summary>
    public required MeanScore Test { get; init; }

    /// <summary>Mean standard error that an estimated trace leaves in a test row; 0 where the trace is exact.</summary>
    public required double TraceError { get; init; }

    /// <summary>Mean log p_true − log p on the test rows, where the truth is known.</summary>
    public MeanScore? Divergence { get; init; }

    /// <summary>Mean −log p of test rows under the mixture, in nats.</summary>
    public required MeanScore MixtureTest { get; init; }

    /// <summary>Mean of the model's −log p less the mixture's, row by row; below 0 the model is better.</summary>
    public required MeanScore Difference { get; init; }

    /// <summary>Components of the mixture.</summary>
    public required int MixtureComponents { get; init; }

    /// <summary>Evaluations of the vector field in the most expensive solve of the test rows.</summary>
    public required int Evaluations { get; init; }

    /// <summary>How the model's scores were computed.</summary>
    public required ScoreMethod Method { get; init; }

    /// <summary>Scores a model.</summary>
    /// <param name="best">The model.</param>
    /// <param name="data">The data.</param>
    /// <param name="values">The run's settings.</param>
    /// <param name="device">The device.</param>
    /// <param name="notice">Is told what is being done.</param>
    /// <param name="stop">Asks for an early end.</param>
    public static FinalScores Compute(TrainedModel best, TrainingData data, SettingValues values, Device device, Action<string> notice, CancellationToken stop)
    {
        var random = new RandomSource((ulong)values.Integer("seed"));
        using var scorer = ModelScorer.Create(best, values, device, SolveSettings.ScoreTolerance, null, stop);
        var train = data.Train.AtMost(MostTrainRows);
        notice($"Scoring {train.Rows} training, {data.Validation.Rows} validation and {data.Test.Rows} test rows ({scorer.Method}).");
        var trainScores = scorer.Score(train.Values, random);
        var validationScores = scorer.Score(data.Validation.Values, random);
        var testScores = scorer.Score(data.Test.Values, random);
        notice($"Fitting a Gaussian mixture to {data.Train.Rows} rows.");
        var (mixture, components) = Mixture(data, values);
        var negative = Negated(testScores.LogDensity);
        return new()
        {
            Unit = RunReport.UnitOf(data.Columns, data.Truth),
            Train = MeanScore.Of(Negated(trainScores.LogDensity), train.Groups),
            Validation = MeanScore.Of(Negated(validationScores.LogDensity), data.Validation.Groups),
            Test = MeanScore.Of(negative, data.Test.Groups),
            TraceError = testScores.StandardError.Average(),
            Divergence = KnownTruth.Divergence(data.Truth, data.Test, testScores.LogDensity),
            MixtureTest = MeanScore.Of(mixture, data.Test.Groups),
            Difference = MeanScore.OfDifference(negative, mixture, data.Test.Groups),
            MixtureComponents = components,
            Evaluations = testScores.Statistics.Evaluations,
            Method = scorer.Method,
        };
    }

    /// <inheritdoc/>
    public string Caption => $"test NLL {Test.Mean:F4} ± {Test.StandardError:F4} nats; mixture of {MixtureComponents} Gaussians {MixtureTest.Mean:F4} ± {MixtureTest.StandardError:F4}";

    /// <inheritdoc/>
    public void AddTo(JsonObject report)
    {
        report["nll"] = new JsonObject { ["train"] = RunReport.Score(Train, Unit), ["validation"] = RunReport.Score(Validation, Unit), ["test"] = RunReport.Score(Test, Unit) };
        if (Divergence is { } divergence)
        {
            report["kl"] = RunReport.Score(divergence, null);
        }

        report["mixture"] = new JsonObject
        {
            ["components"] = MixtureComponents,
            ["test"] = RunReport.Score(MixtureTest, null),
            ["difference"] = RunReport.Score(Difference, null),
        };
        report["scoring"] = new JsonObject
        {
            ["solver"] = Method.Solver,
            ["tolerance"] = Method.Tolerance,
            ["trace"] = Method.Trace,
            ["dtype"] = Method.DType,
            ["nfe"] = Evaluations,
            ["traceStandardError"] = RunJson.Number(TraceError),
        };
    }

    private static (double[] Negative, int Components) Mixture(TrainingData data, SettingValues values)
    {
        using var scope = NewDisposeScope();
        using var fit = GaussianMixture.Fit(tensor(data.Train.Values, [data.Train.Rows, data.Dimension]), Baseline(data, (ulong)values.Integer("seed")));
        var test = tensor(data.Test.Values, [data.Test.Rows, data.Dimension]);
        return (Negated(fit.Mixture.LogDensity(test).data<double>().ToArray()), fit.Components);
    }

    /// <summary>
    /// Ten components where the rows carry them. A full covariance has (D + 1)(D + 2)/2 numbers: with few rows ten of them shrink onto single
    /// rows, so there are fewer, and none may be narrower than a tenth, or with hardly more rows than columns half, of the data's own spread.
    /// </summary>
    private static GaussianMixtureOptions Baseline(TrainingData data, ulong seed)
    {
        int perComponent = 5 * (data.Dimension + 1), rows = data.Train.Rows;
        return new()
        {
            Seed = seed,
            Components = Math.Clamp(rows / perComponent, 1, MostComponents),
            CovarianceFloor = rows >= MostComponents * perComponent ? 1e-6 : rows >= perComponent ? 1e-2 : 0.25,
        };
    }

    private static double[] Negated(double[] values) => Array.ConvertAll(values, value => -value);
}
