using System.CommandLine;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Solvers.Measurement;

namespace FlowOde.Cli.Verbs;

/// <summary><c>memory</c>: peak memory, time and error of each gradient method against the number of solver steps.</summary>
internal sealed class MemoryVerb : Verb
{
    private const string DefaultData = "8gaussians";
    private const string DefaultClassData = "digits";
    private const long LeastMemory = 1L << 20;
    private const double DefaultMinutes = 10;
    private const double DefaultRepeatSeconds = 3;
    private static readonly int[] _defaultSteps = [10, 20, 40, 80, 160, 320, 640, 1280], _defaultDepths = [10, 20, 50, 100];

    private readonly Argument<string?> _subject = new("RUN|DATA") { Arity = ArgumentArity.ZeroOrOne, Description = $"the folder of a run, or data as for train, with --architecture as for classify; {DefaultData} by default, or {DefaultClassData}" };
    private readonly Option<string> _architecture = Text("--architecture", "A,B", $"measures classifiers of these architectures; {ClassifierCatalog.Every} for each of {string.Join(", ", KnownArchitectures.All.Select(architecture => architecture.Name))}");
    private readonly Option<string> _adjoints = Text("--adjoints", "A,B", "gradient methods; all that go with the solver by default, with --architecture direct, and where it chooses its steps reversible and backsolve");
    private readonly Option<string> _solvers = Text("--solvers", "A,B", "solvers; the model's own by default");
    private readonly Option<string> _steps = Text("--steps", "N,M", $"numbers of solver steps, of an --architecture that does not choose them the depth; {string.Join(',', _defaultSteps)} by default, with --architecture {string.Join(',', _defaultDepths)}");
    private readonly Option<string> _batch = Text("--batch", "N,M", "rows of a batch; as many as train takes by default, with --architecture 512");
    private readonly Option<string> _widths = Text("--widths", "W,V", "models whose hidden layers all have W units, then V; the layers' number is that of --hidden; with --architecture channels of the state");
    private readonly Option<string> _out = Text("--out", "FOLDER", "where points, tables and pictures go; a sweep that is there already is continued; runs/memory-NAME by default");
    private readonly Option<string> _maxMemory = Text("--max-memory", "4GB", "memory of a measuring process, which is ended when it has more; half of what is free by default");
    private readonly Option<string> _maxMinutes = Text("--max-minutes", "X", $"minutes of a measuring process; {DefaultMinutes} by default");
    private readonly Option<string> _repeat = Text("--repeat-seconds", "X", $"seconds for repeating each gradient, whose median is the time; 0 measures memory alone; {DefaultRepeatSeconds} by default");
    private readonly SettingOptions _flow = new("hidden", "blocks", "layer", "activation", "base-time", "data-time", "last-layer-scale", "trace", "probes", "probe-distribution", "regularize");
    private readonly SettingOptions _classifier = new("field", "channels", "shared", "extra-channels", "halvings", "stem", "norm-groups");
    private readonly SettingOptions _solve = new("error-norm", "adjoint-memory");
    private readonly SettingOptions _data = new("columns", "drop", "label", "delimiter", "header", "missing", "validation", "test");
    private readonly SettingOptions _machine = new("seed", "device", "dtype", "threads");

    /// <summary>Lays out the options.</summary>
    public MemoryVerb()
    {
        Command = new("memory", "Measures memory, time and error of gradient methods against the number of solver steps, each point in a process of its own.") { _subject, _architecture, _adjoints, _solvers, _steps, _batch, _widths, _out, _maxMemory, _maxMinutes, _repeat };
        Array.ForEach([_flow, _classifier, _solve, _data, _machine], options => options.AddTo(Command));
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
        "flowode memory digits --architecture resnet,revnet,ode-net --steps 10,20,50,100",
        "flowode memory digits --architecture all --shared --adjoints direct,backsolve",
    ];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        var subjects = Subjects(parsed, output, out var given);
        bool isOfNetworks = subjects[0].Network is not null;
        var options = new SweepOptions
        {
            Methods = Names(parsed, _adjoints),
            Solvers = Names(parsed, _solvers),
            Steps = Sizes(parsed.GetValue(_steps), _steps.Name, 1_000_000) ?? (isOfNetworks ? _defaultDepths : _defaultSteps),
            Batches = Sizes(parsed.GetValue(_batch), _batch.Name, 10_000_000),
            Widths = Sizes(parsed.GetValue(_widths), _widths.Name, 65_536),
            MemoryLimit = parsed.GetValue(_maxMemory) is { } limit ? MemoryOf(limit) : ResidentMemory.Available() / 2,
            RepeatSeconds = Numbers.Finite(parsed.GetValue(_repeat), _repeat.Name) is not { } seconds ? DefaultRepeatSeconds
                : seconds is >= 0 and <= 1e6 ? seconds : throw new UsageException($"{_repeat.Name}: {seconds:R} is not possible; expected a number of seconds, 0 or more."),
            TimeLimit = TimeSpan.FromMinutes(Math.Min(1e6, Numbers.Positive(parsed.GetValue(_maxMinutes), _maxMinutes.Name) ?? DefaultMinutes)),
        };
        ByteSize.Parse(subjects[0].Values.Text("adjoint-memory"), "--adjoint-memory");
        SolveSettings.Penalties(subjects[0].Values);
        var points = SweepGrid.Make(subjects, options, output.Notice);
        if (given.Values.ContainsKey("adjoint-memory") && points.All(point => point.Budget is null))
        {
            throw new UsageException($"--adjoint-memory says nothing about {string.Join(", ", points.Select(point => point.Method).Distinct())}: it is what auto keeps within. Add auto to {_adjoints.Name}, or leave it out.");
        }

        string name = subjects[0].Name + (isOfNetworks && subjects[0].Run is null ? "-architectures" : "");
        using var folder = SweepFolder.Open(parsed.GetValue(_out) ?? Path.Combine("runs", $"memory-{name}"));
        output.Notice($"Measuring {points.Count} gradients of {subjects[0].Name} into {folder.Path}, each with at most {options.MemoryLimit >> 20} MB and {options.TimeLimit.TotalMinutes:G3} minutes.");
        return Sweep(options, points, folder, output);
    }

    /// <summary>The models that the arguments mean: a density, or classifiers.</summary>
    private IReadOnlyList<MeasurementSubject> Subjects(ParseResult parsed, Output output, out SettingLayer given)
    {
        given = SettingOptions.ReadAll(parsed, _flow, _classifier, _solve, _data, _machine);
        string? subject = parsed.GetValue(_subject);
        string[]? architectures = Names(parsed, _architecture);
        var run = subject is not null && RunOrData.IsRun(subject) ? RunFolder.Open(subject) : null;
        bool isClassifierRun = run is not null && RunConfig.ReadAny(run).Classes is not null;
        if (run is not null && architectures is not null)
        {
            throw new UsageException($"{_architecture.Name} cannot be given with the run '{run.Path}', whose model is what it is; give data in place of a run.");
        }

        var (foreign, what) = isClassifierRun || architectures is not null
            ? (_flow, "of densities, and a classifier is measured: --channels, --field, --halvings, --shared and --extra-channels are its own")
            : (_classifier, $"of classifiers, and a density is measured: give {_architecture.Name} NAME with it");
        if (foreign.Read(parsed).Values.Keys.FirstOrDefault() is { } idle)
        {
            throw new UsageException($"--{idle} is a setting {what}, or leave it out.");
        }

        if (parsed.GetValue(_widths) is not null && given.Values.ContainsKey("channels"))
        {
            throw new UsageException($"--channels and {_widths.Name} exclude each other, as both say how many channels a classifier has; give one of them.");
        }

        return isClassifierRun ? [ClassifierSubjects.OfRun(run!, given)]
            : architectures is not null ? ClassifierSubjects.OfData(subject ?? DefaultClassData, ClassifierCatalog.Architectures(architectures), given, output.Notice)
            : [MeasurementSubject.Open(subject ?? DefaultData, given, output.Notice)];
    }

    private static int Sweep(SweepOptions options, IReadOnlyList<MeasurementPoint> points, SweepFolder folder, Output output)
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

        var report = new MemoryReport(points, folder, output.Notice);
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

    private static int[]? Sizes(string? text, string option, int most) => text is null ? null
        : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(size => (int)Numbers.Integer(size, option, 1, most)!).Distinct().Order()];

    private long MemoryOf(string limit) => ByteSize.Parse(limit, _maxMemory.Name) is var bytes && bytes >= LeastMemory
        ? bytes
        : throw new UsageException($"{_maxMemory.Name} {limit}: that is {bytes:N0} bytes, with which no process starts; give more, as in 4GB.");
}
