using System.CommandLine;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Verbs;

/// <summary>The options that say what a table's file does not, for verbs that read data without training.</summary>
internal sealed class TableOptions
{
    private static readonly string[] _names = ["columns", "drop", "label", "delimiter", "header", "missing"];
    private readonly Option<string[]>[] _options = [.. _names.Select(name => new Option<string[]>($"--{name}")
    {
        HelpName = SettingCatalog.Find(name)!.ValueName,
        Description = SettingCatalog.Find(name)!.Help,
        Arity = ArgumentArity.OneOrMore,
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

        return layer;
    }
}
