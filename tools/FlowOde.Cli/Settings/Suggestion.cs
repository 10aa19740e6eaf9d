using FlowOde.Data.Sources;

namespace FlowOde.Cli.Settings;

/// <summary>What a mistyped name may have meant, as a sentence.</summary>
internal static class Suggestion
{
    /// <summary>" Did you mean …?", or nothing where no known name is near.</summary>
    public static string For(string name, IEnumerable<string> known) =>
        NearestName.Suggest(name, known) is { } near ? $" Did you mean '{near}'?" : "";
}
