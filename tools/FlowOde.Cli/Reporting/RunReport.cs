using System.Text.Json.Nodes;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Data.ToyDensities;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Training;
using FlowOde.Samplers.Scoring;

namespace FlowOde.Cli.Reporting;

/// <summary>The results of a run: <c>report.json</c>, and what <c>--json</c> prints.</summary>
internal static class RunReport
{
    /// <summary>The results as an object.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="data">Its data.</param>
    /// <param name="model">Its model.</param>
    /// <param name="state">Its state.</param>
    /// <param name="scores">Its scores.</param>
    /// <param name="pictures">The paths of its pictures.</param>
    /// <param name="seconds">Seconds of training, scores and pictures.</param>
    public static JsonObject Create(RunFolder folder, RunConfig config, TrainingData data, FlowModel model, TrainingState state, IRunScores scores, IEnumerable<string> pictures, double seconds)
    {
        var report = new JsonObject
        {
            ["run"] = folder.Path,
            ["data"] = data.Name,
            ["program"] = $"flowode {RunConfig.ProgramVersion}",
            ["rows"] = new JsonObject { ["train"] = data.TrainRows, ["validation"] = data.Validation.Rows, ["test"] = data.Test.Rows },
            ["dimension"] = data.Dimension,
            ["objective"] = config.Values.Text("objective"),
            ["parameters"] = state.Parameters.Layout.Segments.Sum(segment => segment.Length),
            ["iterations"] = state.Iteration,
            ["bestIteration"] = state.BestIteration,
            ["skipped"] = state.Failures,
            ["plan"] = PlanText.Write(state.Plan),
            ["seed"] = config.Values.Integer("seed"),
            ["threads"] = config.Values.Integer("threads"),
        };
        scores.AddTo(report);
        var (forward, backward) = LastEvaluations(folder);
        report["nfe"] = new JsonObject { ["forward"] = forward, ["backward"] = backward };
        if (model.Options.LearnsDataTime)
        {
            report["dataTimes"] = new JsonArray([.. Enumerable.Range(0, model.BlockCount).Select(block => JsonValue.Create(Math.Round(model.Clock(state.Best, block).DataTime, 6)))]);
        }

        report["seconds"] = Math.Round(seconds, 3);
        report["trainingSeconds"] = Math.Round(state.Seconds, 3);
        report["pictures"] = new JsonArray([.. pictures.Select(picture => JsonValue.Create(picture))]);
        return report;
    }

    /// <summary>The unit of a log-density: nats, of a density per unit of the columns.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="truth">The density that rows were drawn from, or null.</param>
    public static string UnitOf(IReadOnlyList<string> columns, IToyDensity? truth) =>
        truth is not null ? "nats" : columns is ["longitude", "latitude"] ? "nats, per square degree" : "nats, in the file's own units";

    /// <summary>A mean with its standard error as an object.</summary>
    /// <param name="score">The mean.</param>
    /// <param name="unit">Its unit, or null where that is said elsewhere.</param>
    public static JsonObject Score(MeanScore score, string? unit)
    {
        var node = new JsonObject { ["mean"] = RunJson.Number(score.Mean), ["standardError"] = RunJson.Number(score.StandardError) };
        if (unit is not null)
        {
            node["unit"] = unit;
        }

        return node;
    }

    /// <summary>Mean evaluations of the last tenth of a run.</summary>
    /// <param name="folder">The run.</param>
    public static (double? Forward, double? Backward) LastEvaluations(RunFolder folder)
    {
        var good = RunLog.Read(folder).Where(record => record["skipped"] is null).ToArray();
        var last = good.TakeLast(Math.Max(1, good.Length / 10)).ToArray();
        return last.Length == 0 ? (null, null)
            : (Math.Round(last.Average(record => record["nfeForward"]!.GetValue<double>()), 2), Math.Round(last.Average(record => record["nfeBackward"]!.GetValue<double>()), 2));
    }
}
