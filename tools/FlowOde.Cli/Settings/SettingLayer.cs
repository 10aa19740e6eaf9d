using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Settings;

/// <summary>What one source says: the command line, a file, a preset, or the defaults. Checked as it is filled.</summary>
/// <param name="origin">Names the source before a setting, as in "config.json: "; empty for the command line.</param>
internal sealed class SettingLayer(string origin)
{
    private readonly SortedDictionary<string, IReadOnlyList<string>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _origins = [];

    /// <summary>The settings given, with their values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Values => _values;

    /// <summary>What names the source before a setting; empty for the command line.</summary>
    public string OriginOf(string name) => _origins.GetValueOrDefault(name, origin);

    /// <summary>Adds a setting that another source has said.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="from">What names that source.</param>
    /// <param name="values">Its values, as they were said there.</param>
    public SettingLayer AddFrom(string name, string from, IReadOnlyList<string> values)
    {
        Add(name, values);
        _origins[name] = from;
        return this;
    }

    /// <summary>Adds a setting.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values; those of a list may hold several, separated by commas.</param>
    /// <exception cref="UsageException">The name is unknown, or a value is not possible.</exception>
    public SettingLayer Add(string name, params IReadOnlyList<string> values)
    {
        var setting = SettingCatalog.Find(name)
            ?? throw new UsageException($"{origin}'{name}' is no setting.{Suggestion.For(name, SettingCatalog.All.Select(s => s.Name))}");
        if (setting.IsList)
        {
            values = values is ["none"] ? [] : [.. values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries))];
        }
        else if (values.Count != 1)
        {
            throw new UsageException($"{origin}{setting.Option} takes one value; found {values.Count}.");
        }

        setting.Check(values, origin + setting.Option);
        _values[name] = values;
        _origins.Remove(name);
        return this;
    }

    /// <summary>Refuses two ways of saying the same thing.</summary>
    /// <exception cref="UsageException">Settings exclude each other.</exception>
    public SettingLayer Complete()
    {
        foreach (var ways in SettingCatalog.Alternatives)
        {
            string[] given = [.. ways.Select(way => way.FirstOrDefault(_values.ContainsKey)).OfType<string>()];
            if (given.Length > 1)
            {
                throw new UsageException($"{origin}{string.Join(" and ", given.Select(name => $"--{name}"))} exclude each other; give one of them.");
            }
        }

        return this;
    }
}
