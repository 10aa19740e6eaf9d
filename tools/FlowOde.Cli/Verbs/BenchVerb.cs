using System.CommandLine;
using FlowOde.Cli.Benching;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;

namespace FlowOde.Cli.Verbs;

/// <summary><c>bench</c>: how fast training steps of a configuration are, what they spend their time on, and how far that is from what the machine can do.</summary>
internal sealed class BenchVerb : Verb
{
    private const string DefaultData = "8gaussians";
    private const double DefaultSeconds = 5;

    private readonly Argument<string?> _subject = new("RUN|DATA") { Arity = ArgumentArity.ZeroOrOne, Description = $"the folder of a run, or data as for train, whose model is then the untrained one; {DefaultData} by default" };
    private readonly Option<string> _seconds = Text("--seconds", "X", $"how long to measure; at least five training steps are made; {DefaultSeconds} by default");
    private readonly Option<string> _out = Text("--out", "FILE", "writes the report as JSON");
    private readonly Option<string> _against = Text("--against", "FILE", "an earlier report, compared pair by pair");
    private readonly SettingOptions _model = new("hidden", "blocks", "layer", "activation", "base-time", "data-time", "learn-end-time", "last-layer-scale");
    private readonly SettingOptions _solve = new(
        "solver", "rtol", "atol", "steps", "controller", "limiter", "min-step", "max-step", "warm-start", "error-norm", "max-steps", "adjoint", "adjoint-memory", "adjoint-solver", "adjoint-rtol", "adjoint-atol", "trace", "probes", "probe-distribution", "regularize", "batch", "clip", "average");
    private readonly SettingOptions _data = new("columns", "drop", "label", "delimiter", "header", "missing", "validation", "test");
    private readonly SettingOptions _machine = new("seed", "device", "dtype", "threads");

    /// <summary>Lays out the options.</summary>
    public BenchVerb()
    {
        Command = new("bench", "Measures training steps: their parts, evaluations, solver steps, memory, and how close to this machine's limit they are.") { _subject, _seconds, _out, _against };
        Array.ForEach([_model, _solve, _data, _machine], options => options.AddTo(Command));
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
    [
        "flowode bench runs/earthquakes",
        "flowode bench moons --threads 1 --trace hutchinson --out before.json",
        "flowode bench moons --threads 2 --trace hutchinson --against before.json",
    ];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        double seconds = Numbers.Positive(parsed.GetValue(_seconds), _seconds.Name) ?? DefaultSeconds;
        if (seconds > 1e6)
        {
            throw new UsageException($"{_seconds.Name}: {seconds:R} is not possible; expected at most 1000000 seconds.");
        }

        string? against = parsed.GetValue(_against), file = parsed.GetValue(_out);
        var then = against is null ? null : BenchReport.Read(against);
        OutputPath.Check(file, parsed.GetValue(_subject));
        var given = SettingOptions.ReadAll(parsed, _model, _solve, _data, _machine);

        var subject = MeasurementSubject.Open(parsed.GetValue(_subject) ?? DefaultData, given, output.Notice, threads: null);
        var device = TorchStart.Find(subject.Values.Text("device"));
        output.Notice($"Measuring training steps of {subject.Name} for {seconds:G3} seconds.");
        var report = BenchReport.ToJson(TrainingBench.Run(subject, device, TimeSpan.FromSeconds(seconds)));
        var comparison = then is null ? null : BenchReport.Compare(report, then);
        if (comparison is not null)
        {
            report["against"] = comparison;
        }

        if (file is not null)
        {
            AtomicFile.WriteText(file, RunJson.Text(report));
        }

        if (output.Json)
        {
            output.WriteJson(report);
            return ExitCode.Done;
        }

        BenchReport.Write(report, output);
        if (comparison is not null)
        {
            BenchReport.WriteComparison(comparison, against!, output);
        }

        if (file is not null)
        {
            output.Out.WriteLine($"Written: {file}");
        }

        return ExitCode.Done;
    }
}
