using System.Text.Json.Nodes;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Verbs;
using FlowOde.Samplers.Quality;
using Spectre.Console;

namespace FlowOde.Cli.Classifying;

/// <summary>The results of a classifier's run: <c>report.json</c>, and what <c>--json</c> prints.</summary>
internal static class ClassifierReport
{
    /// <summary>The results as an object.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="data">Its data.</param>
    /// <param name="parts">Scores of training, validation and test rows, by name.</param>
    /// <param name="pictures">The paths of its pictures.</param>
    /// <param name="seconds">Seconds of training, scores and pictures.</param>
    public static JsonObject Create(RunFolder folder, ClassifierSession session, ClassifierData data, IReadOnlyDictionary<string, PartScores> parts, IEnumerable<string> pictures, double seconds)
    {
        var (state, options, values) = (session.State, session.Model.Options, session.Config.Values);
        var report = new JsonObject
        {
            ["run"] = folder.Path,
            ["data"] = data.Rows.Name,
            ["program"] = $"flowode {RunConfig.ProgramVersion}",
            ["rows"] = new JsonObject { ["train"] = data.Rows.TrainRows, ["validation"] = data.Rows.Validation.Rows, ["test"] = data.Rows.Test.Rows },
            ["classes"] = new JsonArray([.. data.Classes.Select(name => JsonValue.Create(name))]),
            ["architecture"] = options.Architecture.Name,
            ["field"] = options.Field.Name,
            ["depth"] = options.Architecture.ChoosesSteps ? null : options.Depth,
            ["shared"] = options.Architecture.ChoosesSteps || options.IsShared,
            ["channels"] = options.Channels,
            ["parameters"] = session.Model.ParameterCount,
            ["iterations"] = state.Iteration,
            ["bestIteration"] = state.BestIteration,
            ["skipped"] = state.Failures,
            ["plan"] = PlanText.Write(state.Plan),
            ["seed"] = values.Integer("seed"),
            ["threads"] = values.Integer("threads"),
            ["accuracy"] = new JsonObject([.. parts.Select(part => KeyValuePair.Create<string, JsonNode?>(part.Key, Share(part.Value.Accuracy)))]),
            ["crossEntropy"] = new JsonObject([.. parts.Select(part => KeyValuePair.Create<string, JsonNode?>(part.Key, RunReport.Score(part.Value.CrossEntropy, "nats")))]),
            ["confusion"] = new JsonArray([.. parts["test"].Confusion().Select(row => new JsonArray([.. row.Select(count => JsonValue.Create(count))]))]),
        };
        if (session.Model.Coefficients(state.Best) is { Length: > 0 } coefficients)
        {
            report["k"] = new JsonArray([.. coefficients.Select(k => JsonValue.Create(Math.Round(k, 6)))]);
        }

        var (forward, backward) = RunReport.LastEvaluations(folder);
        report["nfe"] = new JsonObject { ["test"] = Math.Round(parts["test"].MeanEvaluations, 2), ["forward"] = forward, ["backward"] = backward };
        report["peakMemory"] = session.PeakMemory;
        report["seconds"] = Math.Round(seconds, 3);
        report["trainingSeconds"] = Math.Round(state.Seconds, 3);
        report["pictures"] = new JsonArray([.. pictures.Select(picture => JsonValue.Create(picture))]);
        return report;
    }

    /// <summary>A share with its interval as an object.</summary>
    public static JsonObject Share(Proportion share) => new() { ["share"] = share.Share, ["low"] = share.Low, ["high"] = share.High, ["of"] = share.Trials };

    /// <summary>A share with its interval as text, in per cent.</summary>
    public static string Percent(JsonNode share) => $"{100 * share["share"]!.GetValue<double>():F2} % (95 %: {100 * share["low"]!.GetValue<double>():F1} to {100 * share["high"]!.GetValue<double>():F1})";

    /// <summary>Prints a report.</summary>
    public static void Print(JsonObject report, Output output)
    {
        var table = Output.NewTable(("accuracy", false), ("of the rows", true), ("rows", true), ("cross-entropy, nats", true));
        foreach (var (part, share) in report["accuracy"]!.AsObject())
        {
            table.AddRow(part, Percent(share!), $"{share!["of"]}", $"{report["crossEntropy"]![part]!["mean"]?.GetValue<double>():F4}");
        }

        output.WriteTable(table);
        string depth = report["depth"] is { } steps ? $", {Quantity.Of(steps.GetValue<int>(), "step")}{(report["shared"]!.GetValue<bool>() ? " with shared weights" : "")}" : "";
        output.Out.WriteLine($"{report["architecture"]} of {report["field"]} blocks{depth}, {Quantity.Of(report["channels"]!.GetValue<int>(), "channel")}: {report["parameters"]!.GetValue<long>():N0} parameters, {report["nfe"]!["test"]} evaluations of a block for a test row.");
        output.Out.WriteLine($"{report["iterations"]} iterations (best at {report["bestIteration"]}) in {report["trainingSeconds"]} s, peak memory {report["peakMemory"]!.GetValue<long>() / 1e6:N0} MB.");
        if (report["k"] is JsonArray coefficients)
        {
            output.Out.WriteLine($"Weights k of the steps, learnt: {string.Join(", ", coefficients.Select(k => $"{k!.GetValue<double>():F4}"))}.");
        }

        output.Out.WriteLine($"Run: {report["run"]}");
        foreach (var picture in report["pictures"]!.AsArray())
        {
            output.Out.WriteLine($"Picture: {picture}");
        }
    }
}
