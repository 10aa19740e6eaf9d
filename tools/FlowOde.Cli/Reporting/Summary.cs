using System.Text.Json.Nodes;
using FlowOde.Cli.Verbs;
using Spectre.Console;

namespace FlowOde.Cli.Reporting;

/// <summary>The results of a run as people read them.</summary>
internal static class Summary
{
    /// <summary>Prints a report as a table.</summary>
    public static void Write(JsonObject report, Output output)
    {
        if (report["bitsPerDim"] is null)
        {
            WriteLikelihoods(report, output);
        }
        else
        {
            WriteBits(report, output);
        }

        output.Out.WriteLine($"{report["iterations"]} iterations (best at {report["bestIteration"]}), NFE {report["nfe"]!["forward"]} forward and {report["nfe"]!["backward"]} backward, {report["seconds"]} s.");
        if (report["dataTimes"] is JsonArray times)
        {
            output.Out.WriteLine($"Learned data times, from the data to the base: {string.Join(", ", times.Select(time => $"{time!.GetValue<double>():F4}"))}.");
        }

        output.Out.WriteLine($"Run: {report["run"]}");
        foreach (var picture in report["pictures"]!.AsArray())
        {
            output.Out.WriteLine($"Picture: {picture}");
        }
    }

    private static void WriteBits(JsonObject report, Output output)
    {
        var scores = Output.NewTable(("bits per dimension", false), ("mean", true), ("± SE", true), ("images", true));
        foreach (var (part, score) in report["bitsPerDim"]!.AsObject())
        {
            scores.AddRow(new Text(part), new Text(Digits(score!["mean"])), new Text(Digits(score["standardError"])), new Text($"{score["images"]}"));
        }

        var baseline = report["baseline"]!;
        foreach (var (name, key) in new[] { ("test, normal density of all pixels", "gaussian"), ("test, normal density of each pixel", "gaussianPerPixel") })
        {
            if (baseline[key] is { } score)
            {
                scores.AddRow(new Text(name), new Text(Digits(score["mean"])), new Text(Digits(score["standardError"])), new Text(""));
            }
        }

        output.WriteTable(scores);
        var scoring = report["scoring"]!;
        output.Out.WriteLine($"Scores: {scoring["solver"]} at tolerance {scoring["tolerance"]}, {scoring["trace"]} trace, {scoring["noiseSamples"]} draws of the noise, {scoring["dtype"]}{(scoring["condition"]?.GetValue<string>() == "class" ? ", given the class" : "")}.");
    }

    private static void WriteLikelihoods(JsonObject report, Output output)
    {
        var scores = Output.NewTable(("negative log-likelihood", false), ("mean", true), ("± SE", true));
        string unit = report["nll"]!["test"]!["unit"]!.GetValue<string>();
        foreach (string part in (string[])["train", "validation", "test"])
        {
            Add(scores, $"{part}", report["nll"]![part]);
        }

        Add(scores, $"test, mixture of {report["mixture"]!["components"]} Gaussians", report["mixture"]!["test"]);
        Add(scores, "test, model less mixture, row by row", report["mixture"]!["difference"]);
        if (report["kl"] is { } divergence)
        {
            Add(scores, "KL divergence from the true density", divergence);
        }

        output.WriteTable(scores);
        var scoring = report["scoring"]!;
        output.Out.WriteLine($"Unit: {unit}. Scores: {scoring["solver"]} at tolerance {scoring["tolerance"]}, {scoring["trace"]} trace, {scoring["dtype"]}.");
    }

    private static void Add(Table table, string name, JsonNode? score) =>
        table.AddRow(new Text(name), new Text(Digits(score?["mean"])), new Text(Digits(score?["standardError"])));

    private static string Digits(JsonNode? number) => number is null ? "–" : $"{number.GetValue<double>():F4}";
}
