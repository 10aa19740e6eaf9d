using System.CommandLine;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;

namespace FlowOde.Cli.Verbs;

/// <summary><c>train</c>: fits a model, writes a run folder, draws its pictures.</summary>
internal sealed class TrainVerb : Verb
{
    private readonly Argument<string?> _data = new("DATA") { Arity = ArgumentArity.ZeroOrOne, Description = "a toy's name, a bundled set's name (see `flowode data`), or a file: .csv .tsv .npy (.gz), or a picture" };
    private readonly Option<string> _run = Text("--run", "DIR", "the folder of the run; runs/NAME by default");
    private readonly Option<string> _resume = Text("--resume", "RUN", "continues a run; only --minutes, --iterations and --threads may be given with it, as new totals");
    private readonly Option<string> _from = Text("--from", "RUN", "trains the model of a run on, in a run of its own, by another objective or with other options; data and model are the run's");
    private readonly Option<string> _config = Text("--config", "FILE", "JSON with any of these options by name");
    private readonly Option<string> _preset = Text("--preset", "NAME", $"a set of options: {string.Join(", ", PresetCatalog.All.Select(preset => $"{preset.Name} ({preset.Help})"))}");
    private readonly SettingOptions _settings = new(SettingCatalog.OfTraining.Select(setting => setting.Name));

    /// <summary>Lays out the options.</summary>
    public TrainVerb()
    {
        Command = new("train", "Fits a density to data, writes a run folder and draws its pictures.") { _data, _run, _resume, _from, _config, _preset };
        _settings.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
    [
        "flowode train earthquakes",
        "flowode train moons --minutes 5 --hidden 128,128,128 --run runs/moons-wide",
        "flowode train table.csv --drop id --label species --trace exact",
        "flowode train --resume runs/moons --minutes 10",
    ];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        var flags = _settings.Read(parsed);
        if (parsed.GetValue(_resume) is { } resume)
        {
            RefuseBesideResume(parsed, flags);
            return ResumeTraining.Run(RunFolder.Open(resume), flags, output);
        }

        if (parsed.GetValue(_from) is { } from)
        {
            return parsed.GetValue(_data) is { } other
                ? throw new UsageException($"--from takes its data from the run, so '{other}' cannot be given with it.")
                : NewTraining.RunFrom(RunFolder.Open(from), parsed.GetValue(_run), Layers(parsed, flags), output);
        }

        string data = parsed.GetValue(_data)
            ?? throw new UsageException("train needs DATA: a name such as moons or earthquakes, or a file; or --resume RUN.");
        return NewTraining.Run(data, parsed.GetValue(_run), Layers(parsed, flags), output);
    }

    private IReadOnlyList<SettingLayer> Layers(ParseResult parsed, SettingLayer flags)
    {
        var layers = new List<SettingLayer>();
        if (parsed.GetValue(_preset) is { } preset)
        {
            layers.Add(PresetCatalog.Named(preset));
        }

        if (parsed.GetValue(_config) is { } config)
        {
            layers.Add(ConfigFile.Read(config));
        }

        return [.. layers, flags];
    }

    private void RefuseBesideResume(ParseResult parsed, SettingLayer flags)
    {
        string[] allowed = ["minutes", "iterations", "threads"];
        string[] others =
        [
            .. parsed.GetValue(_data) is { } data ? [data] : Array.Empty<string>(),
            .. new[] { _run, _from, _config, _preset }.Where(option => parsed.GetValue(option) is not null).Select(option => option.Name),
            .. flags.Values.Keys.Except(allowed).Select(name => $"--{name}"),
        ];
        if (others.Length > 0)
        {
            throw new UsageException($"--resume takes data, options and seed from the run, so {string.Join(", ", others)} cannot be given with it; only --minutes, --iterations and --threads can.");
        }
    }
}
