using System.Text.Json.Nodes;
using FlowOde.Samplers.Quality;

namespace FlowOde.Cli.Classifying;

/// <summary>The reports of one architecture's runs, a seed each.</summary>
/// <param name="Reports">At least one, in the order of the seeds.</param>
internal sealed record ArchitectureRuns(IReadOnlyList<JsonObject> Reports)
{
    /// <summary>The architecture.</summary>
    public string Name => Reports[0]["architecture"]!.GetValue<string>();

    /// <summary>Accuracies on the test rows, in the order of the seeds.</summary>
    public IReadOnlyList<double> Accuracies => [.. Reports.Select(report => Test(report, "share"))];

    /// <summary>The run of the median accuracy; of an even number the lower one of the two in the middle.</summary>
    public JsonObject Median => Reports.OrderBy(report => Test(report, "share")).ElementAt((Reports.Count - 1) / 2);

    /// <summary>Number of parameters.</summary>
    public long Parameters => Reports[0]["parameters"]!.GetValue<long>();

    /// <summary>How much more accurate it is than another one, seed by seed.</summary>
    /// <param name="other">One with the same seeds, at least two.</param>
    public PairedDifference Over(ArchitectureRuns other) => new(Accuracies, other.Accuracies);

    /// <summary>The median, the seconds it took, and what belongs to it, as an object.</summary>
    /// <param name="other">What it is compared with, or null.</param>
    public JsonObject ToJson(ArchitectureRuns? other)
    {
        var json = (JsonObject)Median.DeepClone();
        if (Reports.Count > 1)
        {
            json["seeds"] = new JsonArray([.. Reports.Select(report => report["seed"]!.DeepClone())]);
            json["accuracies"] = new JsonArray([.. Accuracies.Select(share => JsonValue.Create(share))]);
            json["medianTrainingSeconds"] = Reports.Select(report => report["trainingSeconds"]!.GetValue<double>()).Order().ElementAt((Reports.Count - 1) / 2);
            if (other is not null)
            {
                var over = Over(other);
                json["over"] = new JsonObject { ["architecture"] = other.Name, ["mean"] = over.Mean, ["low"] = over.Low, ["high"] = over.High, ["pairs"] = over.Pairs };
            }
        }

        return json;
    }

    /// <summary>A report that holds all that a comparison reads.</summary>
    /// <exception cref="InvalidOperationException">Something is of another kind.</exception>
    /// <exception cref="NullReferenceException">Something is missing.</exception>
    public static JsonObject Checked(JsonObject report)
    {
        _ = new[] { Test(report, "share"), Test(report, "low"), Test(report, "high"), report["nfe"]!["test"]!.GetValue<double>(), report["trainingSeconds"]!.GetValue<double>() };
        _ = new[] { report["parameters"]!.GetValue<long>(), report["peakMemory"]!.GetValue<long>(), report["seed"]!.GetValue<long>() };
        _ = report["architecture"]!.GetValue<string>();
        return report;
    }

    /// <summary>A number of the accuracy on the test rows.</summary>
    public static double Test(JsonObject report, string name) => report["accuracy"]!["test"]![name]!.GetValue<double>();
}
