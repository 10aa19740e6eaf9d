using System.Text.Json.Nodes;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Storage;
using FlowOde.Flows.Training;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Cli.Runs;

/// <summary>The counters of a training state as JSON, exactly.</summary>
internal static class CounterJson
{
    /// <summary>The counters.</summary>
    public static string Write(TrainingState state) => RunJson.Line(new JsonObject
    {
        ["iteration"] = state.Iteration,
        ["plan"] = PlanText.Write(state.Plan),
        ["seconds"] = state.Seconds,
        ["rateMark"] = new JsonArray(state.RateMark.Seconds, state.RateMark.Iteration),
        ["optimizerSteps"] = state.Optimizer.Steps,
        ["goodSteps"] = state.GoodSteps,
        ["rateFactor"] = state.RateFactor,
        ["failuresInARow"] = state.FailuresInARow,
        ["failures"] = state.Failures,
        ["bestValidation"] = state.BestValidation is { } best ? new JsonArray(RunJson.Number(best.Score), RunJson.Number(best.StandardError)) : null,
        ["bestIteration"] = state.BestIteration,
        ["validationsSinceBest"] = state.ValidationsSinceBest,
        ["profiles"] = new JsonArray([.. state.Profiles.Select(profile => new JsonArray(Numbers(profile.Times), Numbers(profile.Errors)))]),
        ["isComplete"] = state.IsComplete,
    });

    private static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static double[] Doubles(JsonNode node) => [.. node.AsArray().Select(value => value!.GetValue<double>())];

    /// <summary>Sets a state's counters.</summary>
    /// <exception cref="CheckpointFormatException">One is missing or of another kind.</exception>
    public static void Read(string text, TrainingState intoState)
    {
        try
        {
            var root = JsonNode.Parse(text)!.AsObject();
            intoState.Iteration = Long("iteration");
            intoState.Plan = PlanText.Parse(Get("plan").GetValue<string>());
            intoState.Seconds = Get("seconds").GetValue<double>();
            intoState.RateMark = (Get("rateMark")[0]!.GetValue<double>(), Get("rateMark")[1]!.GetValue<long>());
            intoState.Optimizer.Steps = Long("optimizerSteps");
            intoState.GoodSteps = Long("goodSteps");
            intoState.RateFactor = Get("rateFactor").GetValue<double>();
            intoState.FailuresInARow = (int)Long("failuresInARow");
            intoState.Failures = Long("failures");
            intoState.BestValidation = root["bestValidation"] is JsonArray best
                ? new(best[0]!.GetValue<double>(), best[1]?.GetValue<double>() ?? double.NaN)
                : null;
            intoState.BestIteration = Long("bestIteration");
            intoState.ValidationsSinceBest = (int)Long("validationsSinceBest");
            intoState.Profiles = [.. (root["profiles"] as JsonArray ?? []).Select(profile => new StepProfile(Doubles(profile![0]!), Doubles(profile[1]!)))];
            intoState.IsComplete = Get("isComplete").GetValue<bool>();

            JsonNode Get(string name) => root[name] ?? throw new CheckpointFormatException($"The training state lacks '{name}'.");
            long Long(string name) => Get(name).GetValue<long>();
        }
        catch (Exception problem) when (problem is System.Text.Json.JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentOutOfRangeException or Failures.UsageException)
        {
            throw new CheckpointFormatException($"The counters of the training state are damaged: {problem.Message}", problem);
        }
    }
}
