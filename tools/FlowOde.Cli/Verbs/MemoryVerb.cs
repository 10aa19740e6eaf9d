using System.CommandLine;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Settings;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Cli.Verbs;

/// <summary><c>memory</c>: peak memory, time and error of each gradient method against the number of solver steps.</summary>
internal sealed class MemoryVerb : Verb
{
    private const string DefaultData = "8gaussians";
    private const long LeastMemory = 1L << 20;
    private const double DefaultMinutes = 10;
    private const double DefaultRepeatSeconds = 3;
    private static readonly int[] _defaultSteps = [10, 20, 40, 80, 160, 320, 640, 1280];

    private readonly Argument<string?> _subject = new("RUN|DATA") { Arity = ArgumentArity.ZeroOrOne, Description = $"the folder of a run, or data as for train; {DefaultData} by default" };
    private readonly Option<string> _adjoints = Text("--adjoints", "A,B", "gradient methods; all that go with the solver by default");
    private readonly Option<string> _solvers = Text("--solvers", "A,B", "solvers; the model's own by default");
    private readonly Option<string> _steps = Text("--steps", "N,M", $"numbers of solver steps; {string.Join(',', _defaultSteps)} by default");
    private readonly Option<string> _batch = Text("--batch", "N,M", "rows of a batch; as many as train takes by default");
    private readonly Option<string> _widths = Text("--widths", "W,V", "models whose hidden layers all have W units, then V; the layers' number is that of --hidden");
    private readonly Option<string> _out = Text("--out", "FOLDER", "where points, tables and pictures go; a sweep that is there already is continued; runs/memory-NAME by default");
    private readonly Option<string> _maxMemory = Text("--max-memory", "4GB", "memory of a measuring process, which is ended when it has more; half of what is free by default");
    private readonly Option<string> _maxMinutes = Text("--max-minutes", "X", $"minutes of a measuring process; {DefaultMinutes} by default");
    private readonly Option<string> _repeat = Text("--repeat-seconds", "X", $"seconds for repeating each gradient, whose median is the time; 0 measures memory alone; {DefaultRepeatSeconds} by default");
    private readonly SettingOptions _model = new("hidden", "blocks", "layer", "activation", "base-time", "data-time", "last-layer-scale", "error-norm", "adjoint-memory", "trace", "probes", "probe-distribution", "regularize");
    private readonly SettingOptions _data = new("columns", "drop", "label", "delimiter", "header", "missing", "validation", "test");
    private readonly SettingOptions _machine = new("seed", "device", "dtype", "threads");

    /// <summary>Lays out the options.</summary>
    public MemoryVerb()
    {
        Command = new("memory", "Measures memory, time and error of gradient methods against the number of solver steps, each point in a process of its own.") { _subject, _adjoints, _solvers, _steps, _batch, _widths, _out, _maxMemory, _maxMinutes, _repeat };
        Array.ForEach([_model, _data, _machine], options => options.AddTo(Command));
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
    [
        "flowode memory",
        "flowode memory moons --adjoints direct,checkpointed,binomial:8 --steps 10,40,160",
        "flowode memory runs/moons --solvers dopri5,coupled-dopri5 --max-memory 4GB",
        "flowode memory table.csv --adjoints auto --adjoint-memory 64MB --batch 256,1024 --widths 64,256",
    ];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        var options = new SweepOptions
        {
            Methods = Names(parsed.GetValue(_adjoints), _adjoints.Name),
            Solvers = Names(parsed.GetValue(_solvers), _solvers.Name),
            Steps = Sizes(parsed.GetValue(_steps), _steps.Name, 1_000_000) ?? _defaultSteps,
            Batches = Sizes(parsed.GetValue(_batch), _batch.Name, 10_000_000),
            Widths = Sizes(parsed.GetValue(_widths), _widths.Name, 65_536),
            MemoryLimit = parsed.GetValue(_maxMemory) is { } limit ? MemoryOf(limit) : ResidentMemory.Available() / 2,
            RepeatSeconds = Numbers.Finite(parsed.GetValue(_repeat), _repeat.Name) is not { } seconds ? DefaultRepeatSeconds
                : seconds is >= 0 and <= 1e6 ? seconds : throw new UsageException($"{_repeat.Name}: {seconds:R} is not possible; expected a number of seconds, 0 or more."),
            TimeLimit = TimeSpan.FromMinutes(Math.Min(1e6, Numbers.Positive(parsed.GetValue(_maxMinutes), _maxMinutes.Name) ?? DefaultMinutes)),
        };
        var given = new SettingLayer("");
        foreach (var (name, values) in new[] { _model, _data, _machine }.SelectMany(part => part.Read(parsed).Values))
        {
            given.Add(name, values.Count == 0 ? ["none"] : values);
        }

        var subject = MeasurementSubject.Open(parsed.GetValue(_subject) ?? DefaultData, given, output.Notice);
        ByteSize.Parse(subject.Values.Text("adjoint-memory"), "--adjoint-memory");
        SolveSettings.Penalties(subject.Values);
        var points = SweepGrid.Make(subject, options, output.Notice);
        using var folder = SweepFolder.Open(parsed.GetValue(_out) ?? Path.Combine("runs", $"memory-{subject.Name}"));
        output.Notice($"Measuring {points.Count} gradients of {subject.Name} into {folder.Path}, each with at most {options.MemoryLimit >> 20} MB and {options.TimeLimit.TotalMinutes:G3} minutes.");
        return Sweep(subject, options, points, folder, output);
    }

    private static int Sweep(MeasurementSubject subject, SweepOptions options, IReadOnlyList<MeasurementPoint> points, SweepFolder folder, Output output)
    {
        using var interrupt = new Interrupt(() => output.Notice("Stopping; the points measured so far are kept, and the same command goes on with the others."));
        bool isWhole = true;
        try
        {
            new MemorySweep(folder, options, output).Run(points, interrupt.Token);
        }
        catch (OperationCanceledException)
        {
            isWhole = false;
        }

        var report = new MemoryReport(subject, points, folder, output.Notice);
        report.Write();
        if (output.Json)
        {
            output.WriteJson(report.ToJson());
        }
        else
        {
            report.WriteTables(output);
        }

        return !isWhole ? ExitCode.Interrupted : report.HasResults ? ExitCode.Done : ExitCode.Failed;
    }

    private static string[]? Names(string? text, string option)
    {
        string[]? names = text?.Split(',', StringSplitOptions.TrimEntries);
        return names?.Any(name => name.Length == 0) == true ? throw new UsageException($"{option}: '{text}' has a blank name; expected names separated by commas.") : names?.Distinct().ToArray();
    }

    private static int[]? Sizes(string? text, string option, int most) => text is null ? null
        : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(size => (int)Numbers.Integer(size, option, 1, most)!).Distinct().Order()];

    private long MemoryOf(string limit) => ByteSize.Parse(limit, _maxMemory.Name) is var bytes && bytes >= LeastMemory
        ? bytes
        : throw new UsageException($"{_maxMemory.Name} {limit}: that is {bytes:N0} bytes, with which no process starts; give more, as in 4GB.");
}
