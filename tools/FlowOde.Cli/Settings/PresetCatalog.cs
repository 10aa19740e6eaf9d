using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Settings;

/// <summary>Sets of settings by name.</summary>
internal static class PresetCatalog
{
    private static readonly (string Name, string Help, Func<SettingLayer> Create)[] _all =
    [
        ("default", "the defaults, as functions of the data", () => new SettingLayer("preset default: ")),
        ("fast", "a smaller network and a looser solve, for a first look", () => new SettingLayer("preset fast: ")
            .Add("hidden", "32", "32").Add("solver", "bosh3").Add("rtol", "0.001").Add("atol", "0.001").Add("batch", "256").Add("lr", "0.005").Add("minutes", "0.5")),
        ("ffjord-toy", "the authors' settings for toy densities (Grathwohl et al. 2019)", () => new SettingLayer("preset ffjord-toy: ")
            .Add("hidden", "64", "64", "64").Add("layer", "concatsquash").Add("activation", "tanh").Add("base-time", "0.5").Add("data-time", "0")
            .Add("solver", "dopri5").Add("rtol", "1E-05").Add("atol", "1E-05").Add("trace", "exact").Add("batch", "100").Add("lr", "0.001")
            .Add("weight-decay", "1E-05").Add("schedule", "constant").Add("warmup", "0").Add("average", "0").Add("iterations", "10000").Add("validate-every", "100")),
        ("ffjord-miniboone", "the authors' settings for MiniBooNE (Grathwohl et al. 2019)", () => new SettingLayer("preset ffjord-miniboone: ")
            .Add("hidden", "860", "860").Add("layer", "concatsquash").Add("activation", "softplus").Add("base-time", "1").Add("data-time", "0")
            .Add("solver", "dopri5").Add("rtol", "1E-06").Add("atol", "1E-08").Add("trace", "hutchinson").Add("probes", "1").Add("probe-distribution", "gaussian")
            .Add("batch", "1000").Add("lr", "0.001").Add("weight-decay", "1E-06").Add("schedule", "constant").Add("warmup", "0").Add("average", "0")),
    ];

    /// <summary>The names with a line each, the default first.</summary>
    public static IEnumerable<(string Name, string Help)> All => _all.Select(entry => (entry.Name, entry.Help));

    /// <summary>The settings of a preset.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static SettingLayer Named(string name) => Array.Find(_all, entry => entry.Name == name).Create?.Invoke()
        ?? throw new UsageException($"--preset: '{name}' is not known.{Suggestion.For(name, _all.Select(e => e.Name))} Known are: {string.Join(", ", _all.Select(e => e.Name))}.");
}
