using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Measuring;

/// <summary>What a measuring process is asked for.</summary>
/// <param name="Run">The run whose model is measured, or null for a fresh one.</param>
/// <param name="Data">The name or path of the data.</param>
/// <param name="Values">The whole settings of the point.</param>
/// <param name="Reference">A file with the exact gradient to compare with, where it exists; or null.</param>
internal sealed record MeasurementJob(string? Run, string Data, SettingValues Values, string? Reference)
{
    /// <summary>Whether the exact gradient is to be made and written to <see cref="Reference"/>, and nothing measured.</summary>
    public bool MakesReference { get; init; }

    /// <summary>Seconds that repetitions may take, whose median is the time.</summary>
    /// <value>0 by default: memory alone is measured.</value>
    public double RepeatSeconds { get; init; }

    /// <summary>What kind of model is measured.</summary>
    public MeasuredKind Kind => MeasuredKind.Of(Values);

    /// <summary>The job of a point.</summary>
    public static MeasurementJob Of(MeasurementPoint point, string? reference) => new(point.Subject.Run, point.Subject.Data.Address, point.Values, reference);

    /// <summary>Reads a job.</summary>
    /// <exception cref="UsageException">The text is none.</exception>
    public static MeasurementJob Parse(string text)
    {
        try
        {
            var root = JsonNode.Parse(text) as JsonObject ?? throw Missing("is no object");
            var job = new MeasurementJob(
                root["run"]?.GetValue<string>(),
                root["data"]?.GetValue<string>() ?? throw Missing("has no 'data'"),
                SettingValues.Merge(ConfigFile.Read(root["settings"] as JsonObject ?? throw Missing("has no 'settings'"), "job: ")),
                root["reference"]?.GetValue<string>())
            {
                MakesReference = root["makesReference"]?.GetValue<bool>() ?? false,
                RepeatSeconds = root["repeatSeconds"]?.GetValue<double>() is { } seconds ? Math.Clamp(seconds, 0, 1e6) : 0,
            };
            if (job.Values.TextOrNull("architecture") == ClassifierCatalog.Every)
            {
                throw Missing($"has the architecture '{ClassifierCatalog.Every}', and each is measured alone");
            }

            if (job.Kind.Needed.FirstOrDefault(name => !job.Values.Has(name)) is { } missing)
            {
                throw Missing($"has no '{missing}' among its settings");
            }

            return job.MakesReference && job.Reference is null ? throw Missing("makes a 'reference' but names no file for it") : job;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            throw new UsageException($"The job of a measurement cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>The job as one line.</summary>
    public string ToLine() => RunJson.Line(new JsonObject { ["run"] = Run, ["data"] = Data, ["settings"] = ConfigFile.Write(Values), ["reference"] = Reference, ["makesReference"] = MakesReference, ["repeatSeconds"] = RepeatSeconds });

    private static UsageException Missing(string what) => new($"The job of a measurement {what}; expected what `flowode memory` gives its processes, such as {{\"data\": \"moons\", \"settings\": {{…}}}}.");
}
