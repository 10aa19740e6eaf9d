using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Data.Writers;
using FlowOde.Flows.Randomness;
using FlowOde.Samplers.Scoring;

namespace FlowOde.Cli.Verbs;

/// <summary><c>score</c>: log p of each row with its error bar, and the mean; checks of the density itself.</summary>
internal sealed class ScoreVerb : Verb
{
    private readonly Argument<string> _run = new("RUN") { Description = "the folder of a run" };
    private readonly Argument<string?> _data = new("DATA") { Arity = ArgumentArity.ZeroOrOne, Description = "a name or a file with the run's columns; may be left out with --check" };
    private readonly Option<string> _out = Text("--out", "FILE", "log-density and standard error of each row, .csv or .npy, each also with .gz");
    private readonly Option<string> _probes = Text("--probes", "K", "Hutchinson's probes of each row in place of the exact trace");
    private readonly Option<bool> _check = Flag("--check", "also integrates the density (two columns), and measures round trips and the effect of tolerances");
    private readonly ModelOptions _model = new("solver", "device", "threads");
    private readonly TableOptions _table = new();

    /// <summary>Lays out the options.</summary>
    public ScoreVerb()
    {
        Command = new("score", "Scores rows: log p of each in nats, per unit of the file's columns.") { _run, _data, _out, _probes, _check };
        _model.AddTo(Command);
        _table.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["flowode score runs/earthquakes new.csv --out scores.csv", "flowode score runs/moons moons --json", "flowode score runs/moons --check"];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        string? name = parsed.GetValue(_data), path = parsed.GetValue(_out);
        bool check = parsed.GetValue(_check);
        int? probes = (int?)Numbers.Integer(parsed.GetValue(_probes), "--probes", 1, 1_000_000);
        if (name is null && (!check || path is not null))
        {
            throw new UsageException("score needs DATA: a name or a file with the run's columns. Only --check alone can do without.");
        }

        if (path is not null && !TableWriters.CanWrite(path))
        {
            throw new UsageException($"--out {path}: unknown kind of table; expected {string.Join(", ", TableWriters.Extensions)}, each also with .gz.");
        }

        OutputPath.Check(path, name);
        var folder = RunOrData.Run(parsed.GetRequiredValue(_run));
        var columns = RunConfig.Read(folder).Columns;
        var rows = name is null ? null : ScoredRows.Read(name, columns, TableSettings.Read(SettingValues.Merge(_table.Read(parsed))), output.Notice);
        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        using var loaded = _model.Load(parsed, folder, out var values, out var device);
        var report = new JsonObject { ["run"] = folder.Path };
        if (rows is not null)
        {
            using var scorer = ModelScorer.Create(loaded.Trained, values, device, SolveSettings.ScoreTolerance, probes);
            output.Notice($"Scoring {rows.Part.Rows} rows ({scorer.Method}).");
            var scores = scorer.Score(rows.Part.Values, new RandomSource((ulong)values.Integer("seed")), null, interrupt.Token);
            Describe(report, rows, columns, scores, scorer.Method);
            if (path is not null)
            {
                WriteRows(path, scores);
                report["out"] = path;
            }
        }

        if (check)
        {
            output.Notice("Checking the density.");
            report["check"] = ModelChecks.Run(loaded, values, device, rows?.Part, interrupt.Token);
        }

        Print(report, output);
        return ExitCode.Done;
    }

    private static void Describe(JsonObject report, ScoredRows rows, IReadOnlyList<string> columns, RowScores scores, ScoreMethod method)
    {
        var mean = MeanScore.Of(Array.ConvertAll(scores.LogDensity, value => -value), rows.Part.Groups);
        report["data"] = rows.Name;
        report["rows"] = rows.Part.Rows;
        report["nll"] = new JsonObject { ["mean"] = RunJson.Number(mean.Mean), ["standardError"] = RunJson.Number(mean.StandardError), ["unit"] = RunReport.UnitOf(columns, rows.Truth) };
        if (KnownTruth.Divergence(rows.Truth, rows.Part, scores.LogDensity) is { } divergence)
        {
            report["kl"] = new JsonObject { ["mean"] = RunJson.Number(divergence.Mean), ["standardError"] = RunJson.Number(divergence.StandardError) };
        }

        report["scoring"] = new JsonObject
        {
            ["solver"] = method.Solver,
            ["tolerance"] = method.Tolerance,
            ["trace"] = method.Trace,
            ["dtype"] = method.DType,
            ["nfe"] = scores.Statistics.Evaluations,
            ["traceStandardError"] = RunJson.Number(scores.StandardError.Average()),
        };
    }

    private static void WriteRows(string path, RowScores scores)
    {
        var values = new double[2 * scores.LogDensity.Length];
        for (int i = 0; i < scores.LogDensity.Length; i++)
        {
            (values[2 * i], values[(2 * i) + 1]) = (scores.LogDensity[i], scores.StandardError[i]);
        }

        AtomicFile.Write(path, stream => TableWriters.Write(new(["log_density", "standard_error"], values, path), path, NumberPrecision.Bits64, stream));
    }

    private static void Print(JsonObject report, Output output)
    {
        if (output.Json)
        {
            output.WriteJson(report);
            return;
        }

        if (report["nll"] is { } score)
        {
            output.Out.WriteLine($"{report["data"]}: {report["rows"]} rows, mean −log p {Digits(score["mean"])} ± {Digits(score["standardError"])} {score["unit"]}");
            if (report["kl"] is { } divergence)
            {
                output.Out.WriteLine($"KL divergence from the true density {Digits(divergence["mean"])} ± {Digits(divergence["standardError"])} nats");
            }

            var scoring = report["scoring"]!;
            output.Out.WriteLine($"{scoring["solver"]} at tolerance {scoring["tolerance"]}, {scoring["trace"]} trace, {scoring["dtype"]}; mean standard error of the trace in a row {Digits(scoring["traceStandardError"])}");
            if (report["out"] is { } path)
            {
                output.Out.WriteLine($"Rows: {path}");
            }
        }

        if (report["check"] is JsonObject check)
        {
            ModelChecks.Print(check, output);
        }
    }

    private static string Digits(JsonNode? number) => number is null ? "–" : $"{number.GetValue<double>():F4}";
}
