using System.CommandLine;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using static TorchSharp.torch;

namespace FlowOde.Cli.Verbs;

/// <summary>What may be chosen anew when a trained model is used: solver, tolerances, machine.</summary>
/// <param name="names">The settings that may be chosen.</param>
internal sealed class ModelOptions(params IReadOnlyList<string> names)
{
    private readonly Option<string>[] _options = [.. names.Select(name => new Option<string>($"--{name}")
    {
        HelpName = SettingCatalog.Find(name)!.ValueName,
        Description = SettingCatalog.Find(name)!.Help.Replace(" in training", "", StringComparison.Ordinal),
    })];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command) => Array.ForEach(_options, command.Add);

    /// <summary>Whether one of these options was typed.</summary>
    public bool IsGiven(ParseResult parsed, params IEnumerable<string> chosen) =>
        _options.Any(option => chosen.Contains(option.Name[2..]) && parsed.GetValue(option) is not null);

    /// <summary>Reads a run's model, with these options laid over the run's own.</summary>
    /// <returns>The model; belongs to the caller.</returns>
    public LoadedModel Load(ParseResult parsed, RunFolder folder, out SettingValues values, out Device device)
    {
        var layer = Read(parsed);
        device = TorchStart.Find(layer.Values.TryGetValue("device", out var chosen) ? chosen[0] : "auto");
        var loaded = ModelStore.Read(folder);
        values = SettingValues.Merge(loaded.Config.Values.ToLayer(), Completed(layer, loaded.Config.Values));
        return loaded;
    }

    /// <summary>What was typed.</summary>
    public SettingLayer Read(ParseResult parsed)
    {
        var layer = new SettingLayer("");
        foreach (var option in _options)
        {
            if (parsed.GetValue(option) is { } value)
            {
                layer.Add(option.Name[2..], value);
            }
        }

        return layer.Complete();
    }

    /// <summary>Tolerances in place of a run's constant steps need a controller, and one tolerance another.</summary>
    private static SettingLayer Completed(SettingLayer layer, SettingValues saved)
    {
        string? one = layer.Values.TryGetValue("rtol", out var relative) ? relative[0] : layer.Values.TryGetValue("atol", out var absolute) ? absolute[0] : null;
        if (one is null)
        {
            return layer;
        }

        foreach (string name in (string[])["rtol", "atol"])
        {
            if (!layer.Values.ContainsKey(name) && !saved.Has(name))
            {
                layer.Add(name, one);
            }
        }

        return saved.Has("controller") ? layer : layer.Add("controller", "i");
    }
}
