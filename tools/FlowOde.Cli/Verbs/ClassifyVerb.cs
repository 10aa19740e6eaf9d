using System.CommandLine;
using FlowOde.Cli.Classifying;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Verbs;

/// <summary><c>classify</c>: trains residual networks as schemes for one vector field.</summary>
internal sealed class ClassifyVerb : Verb
{
    private const int MostSeeds = 1000;

    private readonly Argument<string?> _data = new("DATA") { Arity = ArgumentArity.ZeroOrOne, Description = "images with classes: a bundled set's name, IDX or CIFAR files, a folder with a folder for each class; or a table with --label COLUMN" };
    private readonly Option<string> _run = Text("--run", "DIR", "the folder of the run; runs/NAME by default");
    private readonly Option<string> _resume = Text("--resume", "RUN", "continues a run, or a comparison of several; only --minutes, --iterations and --threads may be given with a run, as new totals");
    private readonly Option<string> _evaluate = Text("--evaluate", "RUN", "solves the one block of a trained run in other ways: evaluations and accuracy against tolerances and numbers of steps");
    private readonly Option<string> _solvers = Text("--solvers", "A,B", "with --evaluate: the methods; euler, midpoint, rk4, dopri5 and the run's own by default");
    private readonly Option<string> _tolerances = Text("--tolerances", "X,Y", "with --evaluate: tolerances of methods whose steps adapt; 1 to 1e-4 by default");
    private readonly Option<string> _stepCounts = Text("--step-counts", "N,M", "with --evaluate: numbers of constant steps; 1 to 32 by default");
    private readonly Option<string> _seeds = Text("--seeds", "N", "trains each architecture with N seeds from --seed on, and compares medians and pairs of equal seeds; 1 by default");
    private readonly Option<string> _config = Text("--config", "FILE", "JSON with any of these options by name");
    private readonly Option<string> _preset = Text("--preset", "NAME", $"a set of options: {string.Join(", ", PresetCatalog.OfClassifiers.Select(preset => $"{preset.Name} ({preset.Help})"))}");
    private readonly SettingOptions _settings = new([.. ClassifierCatalog.All.Select(setting => setting.Name), .. ClassifierCatalog.Shared]);

    /// <summary>Lays out the options.</summary>
    public ClassifyVerb()
    {
        Command = new("classify", "Trains classifiers whose architectures are numerical schemes for one vector field.") { _data, _run, _seeds, _resume, _evaluate, _solvers, _tolerances, _stepCounts, _config, _preset };
        _settings.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
    [
        "flowode classify digits --architecture resnet --depth 6",
        "flowode classify digits --architecture ode-net --solver dopri5 --rtol 0.001 --adjoint backsolve",
        "flowode classify digits --architecture all --minutes 0.5 --run runs/digits-all",
        "flowode classify digits --architecture resnet,lm-resnet --seeds 5",
        "flowode classify digits --architecture resnet --optimizer e-msa",
        "flowode classify iris --label species",
        "flowode classify --resume runs/digits --minutes 3",
        "flowode classify --resume runs/digits-all",
        "flowode classify --evaluate runs/digits --solvers euler,dopri5 --tolerances 0.1,0.001",
    ];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        var flags = _settings.Read(parsed);
        var ways = new[] { _solvers, _tolerances, _stepCounts };
        if (parsed.GetValue(_evaluate) is { } evaluate)
        {
            RefuseBeside("--evaluate", parsed, flags, [_run, _seeds, _resume, _config, _preset], ["threads"]);
            return DepthEvaluation.Run(RunFolder.Open(evaluate), DepthOptions.Read(parsed.GetValue(_solvers), parsed.GetValue(_tolerances), parsed.GetValue(_stepCounts)), Threads(flags), output);
        }

        if (ways.FirstOrDefault(option => parsed.GetValue(option) is not null) is { } idle)
        {
            throw new UsageException($"{idle.Name} belongs to --evaluate RUN; add that, or leave it out.");
        }

        if (parsed.GetValue(_resume) is { } resume)
        {
            if (Comparison.IsIn(resume))
            {
                RefuseBeside("--resume of a comparison", parsed, flags, [_run, _seeds, _config, _preset], []);
                return ArchitectureSweep.Resume(resume, output);
            }

            RefuseBeside("--resume", parsed, flags, [_run, _seeds, _config, _preset], ["minutes", "iterations", "threads"]);
            return ResumeClassifier.Run(RunFolder.Open(resume), flags, output);
        }

        string data = parsed.GetValue(_data)
            ?? throw new UsageException("classify needs DATA: a name such as digits, a file or a folder; or --resume RUN.");
        IReadOnlyList<SettingLayer> given =
        [
            .. parsed.GetValue(_preset) is { } preset ? new[] { PresetCatalog.OfClassifier(preset) } : [],
            .. parsed.GetValue(_config) is { } config ? new[] { ConfigFile.Read(config) } : [],
            flags,
        ];
        int seeds = (int)(Numbers.Integer(parsed.GetValue(_seeds), _seeds.Name, 1, MostSeeds) ?? 1);
        return seeds > 1 || SettingValues.Merge(given).TextOrNull("architecture") is { } names && (names == ClassifierCatalog.Every || names.Contains(','))
            ? ArchitectureSweep.Run(data, parsed.GetValue(_run), given, seeds, output)
            : FinishClassifier.Print(NewClassifier.Run(data, parsed.GetValue(_run), given, output), output);
    }

    private static long? Threads(SettingLayer flags) => flags.Values.TryGetValue("threads", out var values) ? long.Parse(values[0]) : null;

    private void RefuseBeside(string option, ParseResult parsed, SettingLayer flags, IEnumerable<Option<string>> others, IReadOnlyList<string> allowed)
    {
        string[] idle =
        [
            .. parsed.GetValue(_data) is { } data ? [data] : Array.Empty<string>(),
            .. others.Where(other => parsed.GetValue(other) is not null).Select(other => other.Name),
            .. flags.Values.Keys.Except(allowed).Select(name => $"--{name}"),
        ];
        if (idle.Length > 0)
        {
            throw new UsageException($"{option} takes data, options and seed from the run, so {string.Join(", ", idle)} cannot be given with it{(allowed.Count > 0 ? $"; only {string.Join(", ", allowed.Select(name => $"--{name}"))} can" : "")}.");
        }
    }
}
