using FlowOde.Data.Images;
using FlowOde.Data.Splits;
using FlowOde.Data.Tables;

namespace FlowOde.Cli.Settings;

/// <summary>Reads what a table's file does not say about itself, and how its rows are split.</summary>
internal static class TableSettings
{
    /// <summary>The options of reading a table.</summary>
    public static TableReadOptions Read(SettingValues values) => new()
    {
        Columns = values.List("columns"),
        Drop = values.List("drop"),
        Label = values.TextOrNull("label"),
        Delimiter = values.TextOrNull("delimiter"),
        Header = Enum.Parse<HeaderMode>(values.TextOrNull("header") ?? "auto", ignoreCase: true),
        Missing = values.TextOrNull("missing") == "drop" ? MissingPolicy.DropRow : MissingPolicy.Fail,
    };

    /// <summary>The options of reading images.</summary>
    public static ImageReadOptions ReadImages(SettingValues values) => new()
    {
        Size = values.Has("size") ? (int)values.Integer("size") : null,
        Crop = values.Has("crop") ? (int)values.Integer("crop") : null,
        Grey = values.Flag("grey"),
    };

    /// <summary>The options of the split.</summary>
    public static SplitOptions Split(SettingValues values) => new()
    {
        Seed = (ulong)values.Integer("seed"),
        ValidationFraction = values.Number("validation"),
        TestFraction = values.Number("test"),
    };
}
