using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Verbs;
using Spectre.Console;

namespace FlowOde.Cli.Benching;

/// <summary>A benchmark as an object, as tables, and beside an earlier one.</summary>
internal static class BenchReport
{
    private const string Kind = "flowode bench";

    private static readonly (string Path, string Name, bool LessIsBetter)[] _compared =
    [
        ("training.milliseconds", "training step, ms", true),
        ("training.bestMilliseconds", "training step, best, ms", true),
        ("evaluation.forward.milliseconds", "evaluation, forward, ms", true),
        ("evaluation.pullback.milliseconds", "evaluation, pullback of the state, ms", true),
        ("evaluation.parameters.milliseconds", "evaluation, pullback to parameters, ms", true),
        ("evaluation.forwardAndBack.milliseconds", "evaluation, forward and back, ms", true),
        ("solverStep.milliseconds", "solver step, ms", true),
        ("solverStep.bookkeepingMilliseconds", "solver step without the network, ms", true),
        ("shares.optimizerMilliseconds", "optimiser, ms a training step", true),
        ("shares.dataMilliseconds", "data, ms a training step", true),
        ("training.nfeForward", "evaluations forward", true),
        ("training.nfeBackward", "evaluations backward", true),
        ("training.managedBytes", "managed bytes a training step", true),
        ("training.peakBytes", "peak resident bytes", true),
        ("machine.gigaflopsLimit", "this machine's GFLOP/s", false),
    ];

    /// <summary>The report as an object.</summary>
    public static JsonObject ToJson(BenchResult result)
    {
        var settings = result.Subject.Values;
        var evaluation = new JsonObject();
        foreach (var (name, meter) in result.Network.All)
        {
            double gigaflops = meter.GigaflopsOfAThread * result.Threads;
            evaluation[name] = new JsonObject
            {
                ["milliseconds"] = Rounded(meter.MeanMilliseconds),
                ["callsAStep"] = Rounded((double)meter.Calls / result.Threads / result.StepMilliseconds.Count),
                ["gigaflops"] = Rounded(gigaflops),
                ["shareOfLimit"] = Rounded(gigaflops / result.GigaflopsLimit),
                ["managedBytes"] = Rounded(meter.MeanBytes),
            };
        }

        evaluation["forwardAndBack"] = new JsonObject { ["milliseconds"] = Rounded(result.Network.All.Sum(entry => entry.Meter.MeanMilliseconds)) };
        double step = result.StepMilliseconds.Average(), rows = settings.Integer("batch");
        return new()
        {
            ["kind"] = Kind,
            ["program"] = $"flowode {RunConfig.ProgramVersion}",
            ["run"] = result.Subject.Run,
            ["data"] = result.Subject.Data.Name,
            ["dimension"] = result.Subject.Data.Dimension,
            ["parameters"] = result.ParameterCount,
            ["settings"] = ConfigFile.Write(settings),
            ["machine"] = new JsonObject
            {
                ["system"] = $"{System.Runtime.InteropServices.RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors",
                ["device"] = $"{result.Device}",
                ["threads"] = result.Threads,
                ["gigaflopsLimit"] = Rounded(result.GigaflopsLimit),
            },
            ["training"] = new JsonObject
            {
                ["milliseconds"] = Rounded(result.MedianMilliseconds),
                ["bestMilliseconds"] = Rounded(result.StepMilliseconds.Min()),
                ["steps"] = result.StepMilliseconds.Count,
                ["rowsPerSecond"] = Math.Round(1e3 * rows / result.MedianMilliseconds),
                ["nfeForward"] = Rounded(result.Results.Average(r => r.Forward.Evaluations)),
                ["nfeBackward"] = Rounded(result.Results.Average(r => r.Backward.Pullbacks)),
                ["acceptedSteps"] = Rounded(result.Results.Average(r => r.Forward.AcceptedSteps)),
                ["rejectedSteps"] = Rounded(result.Results.Average(r => r.Forward.RejectedSteps)),
                ["managedBytes"] = Math.Round(result.ManagedBytes),
                ["tapeBytes"] = result.Results.Max(r => r.KeptBytes),
                ["peakBytes"] = result.PeakBytes,
            },
            ["solverStep"] = new JsonObject
            {
                ["milliseconds"] = Rounded((result.NetworkMilliseconds + result.SolverMilliseconds) / result.TriedSteps),
                ["bookkeepingMilliseconds"] = Rounded(result.SolverMilliseconds / result.TriedSteps),
            },
            ["evaluation"] = evaluation,
            ["shares"] = new JsonObject
            {
                ["network"] = Rounded(result.NetworkMilliseconds / step),
                ["solver"] = Rounded(result.SolverMilliseconds / step),
                ["optimizer"] = Rounded(result.OptimizerMilliseconds / step),
                ["data"] = Rounded(result.DataMilliseconds / step),
                ["networkMilliseconds"] = Rounded(result.NetworkMilliseconds),
                ["solverMilliseconds"] = Rounded(result.SolverMilliseconds),
                ["optimizerMilliseconds"] = Rounded(result.OptimizerMilliseconds),
                ["dataMilliseconds"] = Rounded(result.DataMilliseconds),
            },
        };
    }

    /// <summary>Reads an earlier report.</summary>
    /// <exception cref="UsageException">The file holds none.</exception>
    public static JsonObject Read(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file)) is JsonObject report && (report["kind"] as JsonValue)?.ToString() == Kind
                ? report
                : throw new UsageException($"--against: '{file}' is no report of `flowode bench`. Such a file is written with --out FILE.json.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UsageException($"--against: '{file}' cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Pairs of an earlier report and this one, and what differs between the settings.</summary>
    public static JsonObject Compare(JsonObject now, JsonObject then) => new()
    {
        ["settings"] = new JsonArray([.. Settings(now).Union(Settings(then)).Where(name => !JsonNode.DeepEquals(now["settings"]![name], (then["settings"] as JsonObject)?[name])).Select(name => (JsonNode)name)]),
        ["pairs"] = new JsonArray([.. from entry in _compared
                                      let pair = (Now: At(now, entry.Path), Then: At(then, entry.Path))
                                      where pair.Now is not null && pair.Then is not null
                                      select new JsonObject { ["what"] = entry.Name, ["path"] = entry.Path, ["then"] = pair.Then, ["now"] = pair.Now, ["ratio"] = Ratio(pair.Then!.Value, pair.Now!.Value, entry.LessIsBetter) }]),
    };

    /// <summary>Prints a report.</summary>
    public static void Write(JsonObject report, Output output)
    {
        double Number(string path) => At(report, path) ?? double.NaN;
        output.Out.WriteLine($"Training step: {Number("training.milliseconds"):G3} ms (median of {Number("training.steps")}, best {Number("training.bestMilliseconds"):G3}), {Number("training.rowsPerSecond"):N0} rows a second, {Number("machine.threads")} threads.");
        output.Out.WriteLine($"Evaluations: {Number("training.nfeForward"):G3} forward, {Number("training.nfeBackward"):G3} back; solver steps: {Number("training.acceptedSteps"):G3} accepted, {Number("training.rejectedSteps"):G3} rejected.");
        var parts = Output.NewTable(("part", false), ("ms a step", true), ("share", true));
        foreach (var (name, text) in new[] { ("network", "network, forward and back"), ("solver", "solver and objective"), ("optimizer", "optimiser"), ("data", "data") })
        {
            parts.AddRow(new Text(text), new Text($"{Number($"shares.{name}Milliseconds"):F3}"), new Text($"{Number($"shares.{name}"):P1}"));
        }

        output.WriteTable(parts);
        var evaluations = Output.NewTable(("one evaluation", false), ("ms", true), ("calls a step", true), ("GFLOP/s", true), ("of the limit", true), ("managed bytes", true));
        foreach (var (name, text) in new[] { ("forward", "forward"), ("pullback", "back to the state"), ("parameters", "back to the parameters") })
        {
            double At(string field) => Number($"evaluation.{name}.{field}");
            evaluations.AddRow(new Text(text), new Text($"{At("milliseconds"):F3}"), new Text($"{At("callsAStep"):G3}"), new Text($"{At("gigaflops"):F1}"), new Text($"{At("shareOfLimit"):P0}"), new Text($"{At("managedBytes"):F0}"));
        }

        output.WriteTable(evaluations);
        output.Out.WriteLine($"Solver step: {Number("solverStep.milliseconds"):F3} ms forward and back, {Number("solverStep.bookkeepingMilliseconds"):F3} ms of it without the network.");
        output.Out.WriteLine($"Memory: {Number("training.managedBytes") / 1024:F1} KB of managed memory a step, {Number("training.tapeBytes") / (1 << 20):F1} MB of tapes, peak of the process {Number("training.peakBytes") / (1 << 20):F0} MB.");
        output.Out.WriteLine($"Limit: {Number("machine.gigaflopsLimit"):F0} GFLOP/s in float32, the library's matrix products of 1024 x 1024 on as many threads.");
    }

    /// <summary>Prints a comparison.</summary>
    public static void WriteComparison(JsonObject comparison, string file, Output output)
    {
        if (comparison["settings"]!.AsArray() is { Count: > 0 } names)
        {
            output.Out.WriteLine($"Settings that differ from {file}: {string.Join(", ", names.Select(name => name!.GetValue<string>()))}.");
        }

        var table = Output.NewTable((Path.GetFileName(file), false), ("then", true), ("now", true), ("times better", true));
        foreach (var pair in comparison["pairs"]!.AsArray())
        {
            table.AddRow(new Text(pair!["what"]!.GetValue<string>()), new Text($"{At(pair.AsObject(), "then"):G4}"), new Text($"{At(pair.AsObject(), "now"):G4}"), new Text(At(pair.AsObject(), "ratio") is { } ratio ? $"{ratio:F2}" : "–"));
        }

        output.WriteTable(table);
    }

    private static IEnumerable<string> Settings(JsonObject report) => (report["settings"] as JsonObject ?? []).Select(entry => entry.Key);

    private static JsonValue? Ratio(double then, double now, bool lessIsBetter) => RunJson.Number(lessIsBetter ? then / now : now / then);

    private static double? At(JsonObject report, string path)
    {
        JsonNode? node = report;
        foreach (string name in path.Split('.'))
        {
            node = (node as JsonObject)?[name];
        }

        return node is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Four digits: more than a measurement of time has.</summary>
    private static JsonValue? Rounded(double value) => RunJson.Number(value == 0 || !double.IsFinite(value) ? value : double.Parse(value.ToString("G4", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture));
}
