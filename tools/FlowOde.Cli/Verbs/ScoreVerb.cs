using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Classifying;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Data.Writers;
using FlowOde.Flows.Randomness;
using FlowOde.Samplers.Scoring;
using FlowOde.Solvers.Steppers;
using static TorchSharp.torch;

namespace FlowOde.Cli.Verbs;

/// <summary><c>score</c>: log p of each row with its error bar, and the mean; checks of the density itself.</summary>
internal sealed class ScoreVerb : Verb
{
    private readonly Argument<string> _run = new("RUN") { Description = "the folder of a run" };
    private readonly Argument<string?> _data = new("DATA") { Arity = ArgumentArity.ZeroOrOne, Description = "a name or a file with the run's columns; may be left out with --check, and for images to score the run's own test images" };
    private readonly Option<string> _out = Text("--out", "FILE", "log-density and standard error of each row, of a classifier its probabilities, .csv or .npy, each also with .gz");
    private readonly Option<string> _probes = Text("--probes", "K", "Hutchinson's probes of each row in place of the exact trace; of images probes, or products of Hutch++, for each draw of the noise");
    private readonly Option<string> _trace = Text("--trace", "NAME", $"images: {string.Join(", ", TraceSettings.Names)}; hutchinson by default");
    private readonly Option<string> _samples = Text("--noise-samples", "K", "images: draws of the noise for each; 4 by default");
    private readonly Option<string> _rows = Text("--rows", "N", "images: the most of them, evenly chosen; all by default");
    private readonly Option<string> _grid = Text("--grid", "FILE", "images: a picture of the most and the least likely ones");
    private readonly Option<string> _condition = Text("--condition", "NAME", "images: class scores each given its class, none given no class, marginal over all classes as equally likely; class by default where images and model have classes");
    private readonly Option<string> _tolerance = Text("--tolerance", "X", $"relative and absolute tolerance of the solves; {SolveSettings.ScoreTolerance} by default, of images {ImageScorer.Tolerance}");
    private readonly Option<bool> _check = Flag("--check", "also integrates the density (two columns), and measures round trips and the effect of tolerances");
    private readonly SettingOptions _solves = new("per-sample", "on-stiff");
    private readonly ModelOptions _model = new("solver", "device", "threads");
    private readonly SettingOptions _table = new(SourceCatalog.OfReading);

    /// <summary>Lays out the options.</summary>
    public ScoreVerb()
    {
        Command = new("score", "Scores rows: log p of each in nats, per unit of the file's columns; of images bits per dimension; by a classifier the probabilities of its classes.") { _run, _data, _out, _probes, _trace, _samples, _rows, _grid, _condition, _tolerance, _check };
        _model.AddTo(Command);
        _solves.AddTo(Command);
        _table.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["flowode score runs/earthquakes new.csv --out scores.csv", "flowode score runs/moons moons --json", "flowode score runs/moons --check", "flowode score runs/iris new.csv --out predictions.csv", "flowode score runs/digits digits --rows 100 --trace exact --grid likely.png"];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        string? name = parsed.GetValue(_data), path = parsed.GetValue(_out);
        bool check = parsed.GetValue(_check);
        int? probes = (int?)Numbers.Integer(parsed.GetValue(_probes), "--probes", 1, 1_000_000);
        if (path is not null && !TableWriters.CanWrite(path))
        {
            throw new UsageException($"--out {path}: unknown kind of table; expected {string.Join(", ", TableWriters.Extensions)}, each also with .gz.");
        }

        double? tolerance = Numbers.Positive(parsed.GetValue(_tolerance), "--tolerance");
        OutputPath.Check(path, name);
        var folder = RunOrData.Run(parsed.GetRequiredValue(_run));
        if (RunConfig.ReadAny(folder).Classes is not null)
        {
            return RunOnClasses(parsed, folder, output);
        }

        RequireAdaptive(parsed);
        if (RunConfig.Read(folder).Image is { } image)
        {
            return RunOnImages(parsed, folder, image, probes, Reachable(tolerance ?? ImageScorer.Tolerance, ScalarType.Float32), output);
        }

        if (name is null && (!check || path is not null))
        {
            throw new UsageException("score needs DATA: a name or a file with the run's columns. Only --check alone can do without.");
        }

        if (new Option[] { _trace, _samples, _rows, _grid, _condition }.FirstOrDefault(option => parsed.GetResult(option) is not null) is { } idle)
        {
            throw new UsageException($"{idle.Name} is for models of images; '{folder.Path}' is none.");
        }

        var columns = RunConfig.Read(folder).Columns;
        var rows = name is null ? null : ScoredRows.Read(name, columns, TableSettings.Read(SettingValues.Merge(_table.Read(parsed))), output.Notice);
        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        using var loaded = _model.Load(parsed, folder, out var trained, out var device);
        var values = SettingValues.Merge(trained.ToLayer(), _solves.Read(parsed));
        var report = new JsonObject { ["run"] = folder.Path };
        if (rows is not null)
        {
            using var scorer = ModelScorer.Create(loaded.Trained, values, device, Reachable(tolerance ?? SolveSettings.ScoreTolerance, ScalarType.Float64), probes, interrupt.Token);
            output.Notice($"Scoring {rows.Part.Rows} rows ({scorer.Method}).");
            var scores = scorer.Score(rows.Part.Values, new RandomSource((ulong)values.Integer("seed")));
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

    /// <summary>Scores are solved for by a tolerance, which a method without an error estimate knows nothing of.</summary>
    private void RequireAdaptive(ParseResult parsed)
    {
        if (_model.Read(parsed).Values.TryGetValue("solver", out var asked) && SolveSettings.SolverNamed(asked[0], "--solver") is { EmbeddedOrder: 0 } stepper)
        {
            string other = Doubling.Supports(stepper, out _) ? $"doubled-{stepper.Name}, or one that does such as dopri5" : "one that does such as dopri5 or adams";
            throw new UsageException($"--solver: '{stepper.Name}' estimates no error, and scores are solved for by a tolerance. Take {other}.");
        }
    }

    private int RunOnImages(ParseResult parsed, RunFolder folder, RunImage image, int? probes, double tolerance, Output output)
    {
        string? name = parsed.GetValue(_data), path = parsed.GetValue(_out), grid = parsed.GetValue(_grid);
        if (parsed.GetValue(_check))
        {
            throw new UsageException("--check is for models of tables and points; leave it out.");
        }

        if (_table.Read(parsed).Values.Keys.FirstOrDefault() is { } idle)
        {
            throw new UsageException($"--{idle} cannot be given for a model of images, which are read as those of the run were. Leave it out.");
        }

        OutputPath.Check(grid, name, "--grid");
        if (grid is not null)
        {
            FigureFile.RequireFormat(grid);
        }

        if (_solves.Read(parsed).Values.TryGetValue("on-stiff", out var action) && action[0] == StiffSettings.Partial)
        {
            throw new UsageException($"--on-stiff {StiffSettings.Partial} is for models of tables and points; give implicit, or leave it out.");
        }

        string trace = parsed.GetValue(_trace) ?? "hutchinson";
        if (!TraceSettings.Names.Contains(trace))
        {
            throw new UsageException($"--trace: '{trace}' is not known.{Suggestion.For(trace, TraceSettings.Names)} Known are: {string.Join(", ", TraceSettings.Names)}.");
        }

        if (trace == "exact" && probes is not null)
        {
            throw new UsageException("--probes says nothing about the exact trace; leave it out.");
        }

        int samples = (int)(Numbers.Integer(parsed.GetValue(_samples), "--noise-samples", 1, 10_000) ?? 4);
        int most = (int)(Numbers.Integer(parsed.GetValue(_rows), "--rows", 1) ?? int.MaxValue);
        var images = (name is null ? RunImages.Test(RunConfig.Read(folder)) : RunImages.Read(name, RunConfig.Read(folder), output.Notice)).AtMost(most);
        name ??= "the run's test images";
        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        using var loaded = _model.Load(parsed, folder, out var trained, out var device);
        var values = SettingValues.Merge(trained.ToLayer(), _solves.Read(parsed));
        var use = Use(parsed.GetValue(_condition), folder, loaded, images);
        using var scorer = ImageScorer.Create(loaded.Trained, values, device, tolerance, samples, trace, probes ?? (trace == "hutch++" ? 12 : ImageScorer.Probes), use, interrupt.Token);
        output.Notice($"Scoring {images.Rows} images ({scorer.Method}).");
        var scores = scorer.Score(images, new RandomSource((ulong)values.Integer("seed")));
        var report = ImageScoreReport.Create(folder, name, scores, scorer.Method);
        if (path is not null)
        {
            AtomicFile.Write(path, stream => TableWriters.Write(ImageScoreReport.Rows(scores, images, path), path, NumberPrecision.Bits64, stream));
            report["out"] = path;
        }

        if (grid is not null)
        {
            var view = new ImageView(loaded.Trained, values, image, device);
            FigureFile.Write(grid, new ImageBook(view, name, "above the most likely images, below the least likely ones, in bits per dimension").Extremes(images, scores.Bits));
            report["grid"] = grid;
        }

        if (output.Json)
        {
            output.WriteJson(report);
        }
        else
        {
            ImageScoreReport.Print(report, scorer.Method, output);
        }

        return ExitCode.Done;
    }

    /// <summary>What the model is told of classes.</summary>
    private static ClassUse Use(string? asked, RunFolder folder, LoadedModel loaded, DataPart images)
    {
        bool knows = loaded.Model.Options.ContextDimension > 0, has = Array.Exists(images.Labels, label => label >= 0);
        if (asked is not null && !knows)
        {
            throw new UsageException($"--condition {asked}: the model of '{folder.Path}' knows no classes; leave it out.");
        }

        return asked switch
        {
            null => knows && has ? ClassUse.Given : ClassUse.None,
            "class" when !has => throw new UsageException("--condition class: the images have no classes that the model knows; give none or marginal."),
            "class" => ClassUse.Given,
            "none" => ClassUse.None,
            "marginal" => ClassUse.Marginal,
            _ => throw new UsageException($"--condition: '{asked}' is not known. Known are: class, none, marginal."),
        };
    }

    private int RunOnClasses(ParseResult parsed, RunFolder folder, Output output)
    {
        var options = new Option[] { _probes, _trace, _samples, _grid, _condition, _tolerance, _check }.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name);
        if (options.Concat(_solves.Read(parsed).Values.Keys.Select(name => $"--{name}")).FirstOrDefault() is { } idle)
        {
            throw new UsageException($"{idle} is for densities; '{folder.Path}' is a classifier. `flowode classify --evaluate {folder.Path}` solves it in other ways.");
        }

        if (_model.IsGiven(parsed, "solver"))
        {
            throw new UsageException($"--solver is for densities; `flowode classify --evaluate {folder.Path} --solvers NAME` solves a classifier in other ways.");
        }

        using var loaded = ClassifierStore.Read(folder);
        int most = (int)(Numbers.Integer(parsed.GetValue(_rows), "--rows", 1) ?? int.MaxValue);
        var rows = parsed.GetValue(_data) is { } name
            ? ClassifiedRows.Read(name, loaded.Config, SettingValues.Merge(_table.Read(parsed)), output.Notice)
            : ClassifiedRows.Test(loaded.Config);
        var values = SettingValues.Merge(loaded.Config.Values.ToLayer(), _model.Read(parsed));
        return ClassifierScoring.Run(loaded, rows with { Part = rows.Part.AtMost(most) }, values, parsed.GetValue(_out), output);
    }

    private static double Reachable(double tolerance, ScalarType dtype) => SolveSettings.Reachable(new(tolerance, tolerance), dtype, "--tolerance").Relative;

    private static void Describe(JsonObject report, ScoredRows rows, IReadOnlyList<string> columns, RowScores scores, ScoreMethod method)
    {
        int[] solved = [.. Enumerable.Range(0, rows.Part.Rows).Where(row => !double.IsNaN(scores.LogDensity[row]))];
        int unsolved = rows.Part.Rows - solved.Length;
        if (solved.Length == 0)
        {
            throw new UsageException("None of the rows could be solved for. Raise --tolerance, or give --on-stiff implicit.");
        }

        var part = unsolved == 0 ? rows.Part : rows.Part.Select(solved);
        double[] logDensity = Array.ConvertAll(solved, row => scores.LogDensity[row]);
        var mean = MeanScore.Of(Array.ConvertAll(logDensity, value => -value), part.Groups);
        report["data"] = rows.Name;
        report["rows"] = rows.Part.Rows;
        if (unsolved > 0)
        {
            report["unsolved"] = unsolved;
        }

        report["nll"] = new JsonObject { ["mean"] = RunJson.Number(mean.Mean), ["standardError"] = RunJson.Number(mean.StandardError), ["unit"] = RunReport.UnitOf(columns, rows.Truth) };
        if (KnownTruth.Divergence(rows.Truth, part, logDensity) is { } divergence)
        {
            report["kl"] = new JsonObject { ["mean"] = RunJson.Number(divergence.Mean), ["standardError"] = RunJson.Number(divergence.StandardError) };
        }

        report["scoring"] = new JsonObject
        {
            ["solver"] = method.Solver,
            ["tolerance"] = method.Tolerance,
            ["trace"] = method.Trace,
            ["dtype"] = method.DType,
            ["perSample"] = method.IsPerRow,
            ["nfe"] = scores.Statistics.Evaluations,
            ["traceStandardError"] = RunJson.Number(solved.Average(row => scores.StandardError[row])),
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
            if (report["unsolved"] is { } unsolved)
            {
                output.Out.WriteLine($"{unsolved} of {report["rows"]} rows could not be solved for; they are left out of what follows.");
            }

            output.Out.WriteLine($"{report["data"]}: {report["rows"]} rows, mean −log p {Digits(score["mean"])} ± {Digits(score["standardError"])} {score["unit"]}");
            if (report["kl"] is { } divergence)
            {
                output.Out.WriteLine($"KL divergence from the true density {Digits(divergence["mean"])} ± {Digits(divergence["standardError"])} nats");
            }

            var scoring = report["scoring"]!;
            output.Out.WriteLine($"{scoring["solver"]} at tolerance {scoring["tolerance"]}{(scoring["perSample"]!.GetValue<bool>() ? " by rows" : "")}, {scoring["trace"]} trace, {scoring["dtype"]}; mean standard error of the trace in a row {Digits(scoring["traceStandardError"])}");
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
