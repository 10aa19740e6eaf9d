using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Randomness;
using FlowOde.Samplers.Scoring;
using static TorchSharp.torch;

namespace FlowOde.Cli.Reporting;

/// <summary>What a finished run of images reports: bits per dimension of the best model and of normal densities, on the same images.</summary>
/// <param name="Train">Of training images.</param>
/// <param name="Validation">Of validation images.</param>
/// <param name="Test">Of test images.</param>
/// <param name="Baseline">The normal densities on those test images.</param>
/// <param name="Method">How the model's scores were computed.</param>
internal sealed record ImageScores(BitsPerDimScores Train, BitsPerDimScores Validation, BitsPerDimScores Test, GaussianBaseline Baseline, ImageScoreMethod Method) : IRunScores
{
    /// <summary>Scores a model.</summary>
    /// <param name="best">The model.</param>
    /// <param name="data">The data.</param>
    /// <param name="values">The run's settings.</param>
    /// <param name="device">The device.</param>
    /// <param name="notice">Is told what is being done.</param>
    /// <param name="stop">Asks for an early end.</param>
    public static ImageScores Compute(TrainedModel best, TrainingData data, SettingValues values, Device device, Action<string> notice, CancellationToken stop)
    {
        var random = new RandomSource((ulong)values.Integer("seed"));
        int most = (int)values.Integer("score-rows");
        using var scorer = ImageScorer.Create(best, values, device, ImageScorer.Tolerance, (int)values.Integer("noise-samples"), "hutchinson", ImageScorer.Probes, ClassUse.Given, stop);
        int others = Math.Max(2, most / 4); // the test is what is reported; the others show overfitting
        var (train, validation, test) = (data.Train.AtMost(others), data.Validation.AtMost(others), data.Test.AtMost(most));
        notice($"Scoring {train.Rows} training, {validation.Rows} validation and {test.Rows} test images ({scorer.Method}).");
        return new(
            scorer.Score(train, random),
            scorer.Score(validation, random),
            scorer.Score(test, random),
            GaussianBaseline.Fit(data.Train, test, data.Image!.Levels, random),
            scorer.Method);
    }

    /// <inheritdoc/>
    public string Caption
    {
        get
        {
            var (name, score) = Baseline.Full is { } full ? ("all pixels", full) : ("each pixel", Baseline.Diagonal);
            return $"test {Test.Mean.Mean:F3} ± {Test.Mean.StandardError:F3} {ScoreUnit.BitsPerDimension}; normal density of {name} {score.Mean:F3} ± {score.StandardError:F3}";
        }
    }

    /// <inheritdoc/>
    public void AddTo(JsonObject report)
    {
        report["bitsPerDim"] = new JsonObject { ["train"] = Part(Train), ["validation"] = Part(Validation), ["test"] = Part(Test) };
        report["baseline"] = new JsonObject
        {
            ["alpha"] = GaussianBaseline.Alpha,
            ["gaussian"] = Baseline.Full is { } full ? RunReport.Score(full, null) : null,
            ["gaussianPerPixel"] = RunReport.Score(Baseline.Diagonal, null),
        };
        report["scoring"] = Method.ToJson();
        report["scoring"]!["nfe"] = Test.Statistics.Evaluations;
    }

    private static JsonObject Part(BitsPerDimScores scores)
    {
        var part = RunReport.Score(scores.Mean, ScoreUnit.BitsPerDimension);
        part["images"] = scores.Bits.Length;
        part["withinImage"] = RunJson.Number(scores.StandardError.Average());
        if (scores.ImportanceWeightedMean is { } weighted)
        {
            part["importanceWeighted"] = RunReport.Score(weighted, null);
        }

        return part;
    }
}
