namespace FlowOde.Cli.Settings;

/// <summary>The settings that say how data are read and split.</summary>
internal static class SourceCatalog
{
    /// <summary>The names of those that say how a file is read, for verbs that do not train.</summary>
    public static IEnumerable<string> OfReading => All.Select(setting => setting.Name).Except(["validation", "test", "flip"]);

    /// <summary>All of them, in the order in which help lists them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("validation", SettingKind.Number, "X", "share of the rows for validation") { Least = 0, IsAbove = true, Most = 1, IsBelow = true },
        new("test", SettingKind.Number, "X", "share of the rows for the test") { Least = 0, IsAbove = true, Most = 1, IsBelow = true },
        new("columns", SettingKind.Texts, "A,B", "columns to keep, by name or number"),
        new("drop", SettingKind.Texts, "A,B", "columns to leave out, by name or number"),
        new("label", SettingKind.Text, "COLUMN", "a column that labels the rows and is left out"),
        new("delimiter", SettingKind.Text, "CHAR", "what separates columns: a character, or comma, semicolon, tab, pipe, space"),
        new("header", SettingKind.Text, "auto|yes|no", "whether the first line names the columns") { Choices = () => ["auto", "yes", "no"] },
        new("missing", SettingKind.Text, "fail|drop", "what to do with a cell that is no number") { Choices = () => ["fail", "drop"] },
        new("size", SettingKind.Integer, "N", "pictures of a folder become N x N: scaled, and cut at the longer side") { Least = 1, Most = 4096 },
        new("crop", SettingKind.Integer, "N", "cuts N x N pixels from the middle of each picture, before --size") { Least = 1, Most = 65536 },
        new("grey", SettingKind.Flag, "", "makes colour images grey") { Choices = () => [SettingValues.Yes, SettingValues.No] },
        new("flip", SettingKind.Flag, "", "mirrors every other image of a training step, by chance") { Choices = () => [SettingValues.Yes, SettingValues.No] },
    ];
}
