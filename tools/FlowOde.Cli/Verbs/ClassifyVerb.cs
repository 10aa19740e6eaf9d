using System.CommandLine;
using FlowOde.Cli.Classifying;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Verbs;

/// <summary><c>classify</c>: trains residual networks as schemes for one vector field.</summary>
internal sealed class ClassifyVerb : Verb
{
    private readonly Argument<string?> _data = new("DATA") { Arity = ArgumentArity.ZeroOrOne, Description = "images with classes: a bundled set's name, IDX or CIFAR files, a folder with a folder for each class; or a table with --label COLUMN" };
    private readonly Option<string> _run = Text("--run", "DIR", "the folder of the run; runs/NAME by default");
    private readonly Option<string> _resume = Text("--resume", "RUN", "continues a run; only --minutes, --iterations and --threads may be given with it, as new totals");
    private readonly Option<string> _config = Text("--config", "FILE", "JSON with any of these options by name");
    private readonly SettingOptions _settings = new([.. ClassifierCatalog.All.Select(setting => setting.Name), .. ClassifierCatalog.Shared]);

    /// <summary>Lays out the options.</summary>
    public ClassifyVerb()
    {
        Command = new("classify", "Trains classifiers whose architectures are numerical schemes for one vector field.") { _data, _run, _resume, _config };
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
        "flowode classify iris --label species",
        "flowode classify --resume runs/digits --minutes 3",
    ];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        var flags = _settings.Read(parsed);
        if (parsed.GetValue(_resume) is { } resume)
        {
            RefuseBesideResume(parsed, flags);
            return ResumeClassifier.Run(RunFolder.Open(resume), flags, output);
        }

        string data = parsed.GetValue(_data)
            ?? throw new UsageException("classify needs DATA: a name such as digits, a file or a folder; or --resume RUN.");
        IReadOnlyList<SettingLayer> given = parsed.GetValue(_config) is { } config ? [ConfigFile.Read(config), flags] : [flags];
        return SettingValues.Merge(given).TextOrNull("architecture") == ClassifierCatalog.Every
            ? ArchitectureSweep.Run(data, parsed.GetValue(_run), given, output)
            : FinishClassifier.Print(NewClassifier.Run(data, parsed.GetValue(_run), given, output), output);
    }

    private void RefuseBesideResume(ParseResult parsed, SettingLayer flags)
    {
        string[] others =
        [
            .. parsed.GetValue(_data) is { } data ? [data] : Array.Empty<string>(),
            .. new[] { _run, _config }.Where(option => parsed.GetValue(option) is not null).Select(option => option.Name),
            .. flags.Values.Keys.Except(["minutes", "iterations", "threads"]).Select(name => $"--{name}"),
        ];
        if (others.Length > 0)
        {
            throw new UsageException($"--resume takes data, options and seed from the run, so {string.Join(", ", others)} cannot be given with it; only --minutes, --iterations and --threads can.");
        }
    }
}
