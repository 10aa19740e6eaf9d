using System.CommandLine;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Verbs;

/// <summary>Some of the settings of a run as options of another verb.</summary>
/// <param name="names">The settings.</param>
internal sealed class SettingOptions(params IReadOnlyList<string> names)
{
    private readonly Option<string[]>[] _options = [.. names.Select(name => SettingCatalog.Find(name)!).Select(setting => new Option<string[]>(setting.Option)
    {
        HelpName = setting.ValueName,
        Description = setting.Description.Replace(" in training", "", StringComparison.Ordinal),
        Arity = ArgumentArity.OneOrMore, // one that takes a single value refuses more by itself, with its name
    })];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command) => Array.ForEach(_options, command.Add);

    /// <summary>What was given.</summary>
    public SettingLayer Read(ParseResult parsed)
    {
        var layer = new SettingLayer("");
        foreach (var option in _options)
        {
            if (parsed.GetValue(option) is { Length: > 0 } values)
            {
                layer.Add(option.Name[2..], values);
            }
        }

        return layer.Complete();
    }
}
