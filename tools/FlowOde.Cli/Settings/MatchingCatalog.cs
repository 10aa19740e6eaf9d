using FlowOde.Flows.Matching;

namespace FlowOde.Cli.Settings;

/// <summary>The settings of flow matching.</summary>
internal static class MatchingCatalog
{
    /// <summary>All of them, in the order in which help lists them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("path", SettingKind.Text, "NAME", "flow matching: the path from noise to data") { Choices = () => ProbabilityPaths.All.Select(path => path.Name) },
        new("sigma", SettingKind.Number, "X", "flow matching: width of the path, for those that have one: samples are blurred by as much, in standard deviations or of images in half ranges") { Least = 0 },
        new("coupling", SettingKind.Text, "NAME", "flow matching: which noise goes with which row") { Choices = () => Couplings.All.Select(coupling => coupling.Name) },
        new("time-sampling", SettingKind.Text, "NAME", "flow matching: at which times; losses and validations are weighted as they are") { Choices = () => TimeSamplings.All.Select(times => times.Name) },
        new("class-dropout", SettingKind.Number, "X", "flow matching: share of rows that are not told their class, for guidance") { Least = 0, Most = 1 },
    ];

    /// <summary>Adds the defaults.</summary>
    public static SettingLayer AddDefaults(SettingLayer layer) => layer
        .Add("path", "cond-ot")
        .Add("coupling", "independent")
        .Add("time-sampling", "uniform")
        .Add("class-dropout", "0.1");
}
