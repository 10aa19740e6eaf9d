using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;
using FlowOde.Cli.Verbs;
using FlowOde.Data.Tables;
using FlowOde.Samplers.Scoring;

namespace FlowOde.Cli.Reporting;

/// <summary>What <c>score</c> says of images.</summary>
internal static class ImageScoreReport
{
    private static readonly string[] _columns = ["bits_per_dim", "standard_error", "class"];

    /// <summary>The scores as an object.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="name">The images' name.</param>
    /// <param name="scores">Their scores.</param>
    /// <param name="method">How they were computed.</param>
    public static JsonObject Create(RunFolder folder, string name, BitsPerDimScores scores, ImageScoreMethod method)
    {
        var report = new JsonObject
        {
            ["run"] = folder.Path,
            ["data"] = name,
            ["images"] = scores.Bits.Length,
            ["bitsPerDim"] = RunReport.Score(scores.Mean, ScoreUnit.BitsPerDimension),
            ["withinImage"] = RunJson.Number(scores.StandardError.Average()),
        };
        if (scores.ImportanceWeightedMean is { } weighted)
        {
            report["importanceWeighted"] = RunReport.Score(weighted, ScoreUnit.BitsPerDimension);
        }

        report["scoring"] = method.ToJson();
        report["scoring"]!["nfe"] = scores.Statistics.Evaluations;
        return report;
    }

    /// <summary>A row for each image: its bits per dimension with their standard error, and its class where it has one.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="images">The images.</param>
    /// <param name="path">The file that it is for.</param>
    public static DataTable Rows(BitsPerDimScores scores, DataPart images, string path)
    {
        bool hasLabels = images.Labels.Length > 0;
        int columns = hasLabels ? 3 : 2;
        var values = new double[columns * scores.Bits.Length];
        for (int i = 0; i < scores.Bits.Length; i++)
        {
            (values[columns * i], values[(columns * i) + 1]) = (scores.Bits[i], scores.StandardError[i]);
            if (hasLabels)
            {
                values[(columns * i) + 2] = images.Labels[i];
            }
        }

        return new([.. _columns.Take(columns)], values, path);
    }

    /// <summary>Prints the scores.</summary>
    public static void Print(JsonObject report, ImageScoreMethod method, Output output)
    {
        output.Out.WriteLine($"{report["data"]}: {report["images"]} images, {Digits(report["bitsPerDim"])} bits per dimension{(report["withinImage"] is { } within ? $"; mean standard error within an image {within.GetValue<double>():F4}" : "")}");
        if (report["importanceWeighted"] is { } weighted)
        {
            output.Out.WriteLine($"Importance-weighted over the draws of the noise: {Digits(weighted)}");
        }

        output.Out.WriteLine($"{method}");
        foreach (var (key, title) in new[] { ("out", "Rows"), ("grid", "Picture") })
        {
            if (report[key] is { } path)
            {
                output.Out.WriteLine($"{title}: {path}");
            }
        }
    }

    private static string Digits(JsonNode? score) => $"{score!["mean"]?.GetValue<double>():F4}{(score["standardError"] is { } error ? $" ± {error.GetValue<double>():F4}" : "")}";
}
