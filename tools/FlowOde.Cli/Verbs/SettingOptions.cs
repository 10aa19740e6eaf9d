using System.CommandLine;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Verbs;

/// <summary>Settings of a run as options of a verb.</summary>
internal sealed class SettingOptions
{
    private readonly List<(Setting Setting, Option Option, Func<ParseResult, IReadOnlyList<string>?> Read)> _options = [];

    /// <summary>Makes an option of each setting.</summary>
    /// <param name="names">The settings' names.</param>
    public SettingOptions(params IEnumerable<string> names)
    {
        foreach (var setting in names.Select(name => SettingCatalog.Find(name)!))
        {
            if (setting.Kind == SettingKind.Flag)
            {
                var flag = new Option<bool>(setting.Option) { Description = setting.Description };
                _options.Add((setting, flag, parsed => parsed.GetResult(flag) is { Implicit: false } ? [parsed.GetValue(flag) ? SettingValues.Yes : SettingValues.No] : null));
            }
            else if (setting.IsList)
            {
                var list = new Option<string[]>(setting.Option) { HelpName = setting.ValueName, Description = setting.Description, Arity = ArgumentArity.OneOrMore };
                _options.Add((setting, list, parsed => parsed.GetValue(list) is { Length: > 0 } values ? values : null));
            }
            else
            {
                var single = new Option<string>(setting.Option) { HelpName = setting.ValueName, Description = setting.Description };
                _options.Add((setting, single, parsed => parsed.GetValue(single) is { } value ? [value] : null));
            }
        }
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command) => _options.ForEach(entry => command.Add(entry.Option));

    /// <summary>What was given of several sets.</summary>
    public static SettingLayer ReadAll(ParseResult parsed, params IReadOnlyList<SettingOptions> sets)
    {
        var layer = new SettingLayer("");
        foreach (var (name, values) in sets.SelectMany(set => set.Read(parsed).Values))
        {
            layer.Add(name, values.Count == 0 ? ["none"] : values);
        }

        return layer;
    }

    /// <summary>What was given.</summary>
    public SettingLayer Read(ParseResult parsed)
    {
        var layer = new SettingLayer("");
        foreach (var (setting, _, read) in _options)
        {
            if (read(parsed) is { } values)
            {
                layer.Add(setting.Name, values);
            }
        }

        return layer.Complete();
    }
}
