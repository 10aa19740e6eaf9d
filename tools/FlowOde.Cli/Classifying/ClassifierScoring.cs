using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Cli.Verbs;
using FlowOde.Data.Tables;
using FlowOde.Data.Writers;

namespace FlowOde.Cli.Classifying;

/// <summary>What <c>score</c> does with the run of a classifier.</summary>
internal static class ClassifierScoring
{
    /// <summary>Applies the classifier, and writes the probabilities of each row.</summary>
    /// <param name="loaded">The classifier.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="values">The run's settings, with what was chosen anew.</param>
    /// <param name="path">Where to write, or null.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    public static int Run(LoadedClassifier loaded, ClassifiedRows rows, SettingValues values, string? path, Output output)
    {
        using var interrupt = new Interrupt(() => output.Notice("Stopping; a second Ctrl-C ends at once."));
        var device = TorchStart.Find(values.Text("device"));
        var classes = loaded.Config.Classes!;
        using var parameters = TrainedModel.Copy(loaded.Parameters, loaded.Parameters.DType, device);
        using var scorer = new ClassifierScorer(loaded.Model.Bind(parameters, ClassifierSettings.Solve(values, interrupt.Token), isTrained: false), classes.Count, device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads"), parameters.DType, device);
        output.Notice($"Classifying {rows.Part.Rows} rows.");
        var scores = ScoringDisplay.Show(output, "Classifying rows", rows.Part.Rows, progress => scorer.Score(rows.Part, interrupt.Token, progress));
        var report = new JsonObject
        {
            ["run"] = loaded.Folder.Path,
            ["data"] = rows.Name,
            ["rows"] = scores.Rows,
            ["predicted"] = new JsonObject([.. classes.Select((name, i) => KeyValuePair.Create<string, JsonNode?>(name, scores.Predicted.Count(of => of == i)))]),
            ["nfe"] = Math.Round(scores.MeanEvaluations, 2),
        };
        if (scores.Labelled.Length > 0)
        {
            report["accuracy"] = ClassifierReport.Share(scores.Accuracy);
            report["crossEntropy"] = RunReport.Score(scores.CrossEntropy, "nats");
        }

        if (path is not null)
        {
            AtomicFile.Write(path, stream => TableWriters.Write(Table(scores, classes, path), path, NumberPrecision.Bits64, stream));
            report["out"] = path;
        }

        Print(report, output);
        return ExitCode.Done;
    }

    /// <summary>A row for each: the number of the likeliest class, the known one's where there is one, and the probability of each by name.</summary>
    private static DataTable Table(PartScores scores, IReadOnlyList<string> classes, string path)
    {
        bool isLabelled = scores.Labels.Length > 0;
        string[] columns = ["predicted", .. isLabelled ? ["class"] : Array.Empty<string>(), .. classes.Select(name => $"p_{name}")];
        var values = new List<double>(scores.Rows * columns.Length);
        for (int row = 0; row < scores.Rows; row++)
        {
            values.Add(scores.Predicted[row]);
            if (isLabelled)
            {
                values.Add(scores.Labels[row]);
            }

            values.AddRange(scores.Probabilities.AsSpan(row * classes.Count, classes.Count));
        }

        return new(columns, [.. values], path);
    }

    private static void Print(JsonObject report, Output output)
    {
        if (output.Json)
        {
            output.WriteJson(report);
            return;
        }

        output.Out.WriteLine($"{report["data"]}: {report["rows"]} rows, {report["nfe"]} evaluations of a block for each");
        if (report["accuracy"] is { } accuracy)
        {
            output.Out.WriteLine($"Accuracy {ClassifierReport.Percent(accuracy)} of {accuracy["of"]}, cross-entropy {report["crossEntropy"]!["mean"]?.GetValue<double>():F4} nats");
        }

        output.Out.WriteLine($"Taken for: {string.Join(", ", report["predicted"]!.AsObject().Select(entry => $"{entry.Key} {entry.Value}"))}");
        if (report["out"] is { } path)
        {
            output.Out.WriteLine($"Probabilities: {path} (classes are numbered from 0 in the order of their columns)");
        }
    }
}
