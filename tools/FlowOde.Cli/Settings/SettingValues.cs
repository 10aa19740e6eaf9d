namespace FlowOde.Cli.Settings;

/// <summary>What holds after all sources were laid over each other.</summary>
internal sealed class SettingValues
{
    /// <summary>The value of a flag that is set.</summary>
    public const string Yes = "true";

    /// <summary>The value of a flag that is not set.</summary>
    public const string No = "false";

    private readonly SortedDictionary<string, IReadOnlyList<string>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _origins = [];

    private SettingValues()
    {
    }

    /// <summary>Every setting that has a value.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> All => _values;

    /// <summary>Lays sources over each other: later ones win, and replace other ways of saying the same thing.</summary>
    public static SettingValues Merge(params IEnumerable<SettingLayer> layers)
    {
        var merged = new SettingValues();
        foreach (var layer in layers)
        {
            foreach (var ways in SettingCatalog.Alternatives.Where(ways => ways.Any(way => way.Any(layer.Values.ContainsKey))))
            {
                foreach (string other in ways.Where(way => !way.Any(layer.Values.ContainsKey)).SelectMany(way => way))
                {
                    merged._values.Remove(other);
                }
            }

            foreach (var (name, values) in layer.Values)
            {
                (merged._values[name], merged._origins[name]) = (values, layer.OriginOf(name));
            }
        }

        return merged;
    }

    /// <summary>All values as a source of their own, to lay others over.</summary>
    /// <param name="without">Settings to leave out.</param>
    public SettingLayer ToLayer(params IReadOnlyList<string> without)
    {
        var layer = new SettingLayer("");
        foreach (var (name, list) in _values.Where(entry => !without.Contains(entry.Key)))
        {
            layer.AddFrom(name, _origins[name], list.Count == 0 ? ["none"] : list);
        }

        return layer;
    }

    /// <summary>The option of a setting that has a value, as a message names it: behind the preset or file that says it, where the user did not type it.</summary>
    public string Said(string name) => $"{_origins[name]}--{name}";

    /// <summary>Whether a setting has a value.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The text of a setting that has a value.</summary>
    public string Text(string name) => _values[name][0];

    /// <summary>The text of a setting, or null.</summary>
    public string? TextOrNull(string name) => _values.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>The number of a setting that has a value.</summary>
    public double Number(string name) => double.Parse(Text(name));

    /// <summary>The whole number of a setting that has a value.</summary>
    public long Integer(string name) => long.Parse(Text(name));

    /// <summary>Whether a flag is set.</summary>
    public bool Flag(string name) => TextOrNull(name) == Yes;

    /// <summary>The values of a list; empty where it was not given.</summary>
    public IReadOnlyList<string> List(string name) => _values.TryGetValue(name, out var values) ? values : [];
}
