namespace FlowOde.Cli.Settings;

/// <summary>What values a setting has.</summary>
internal enum SettingKind
{
    /// <summary>Text, or one of some names.</summary>
    Text,

    /// <summary>Yes or no: given or not on the command line, true or false in a file.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A finite number.</summary>
    Number,

    /// <summary>Whole numbers, separated by commas.</summary>
    Integers,

    /// <summary>Texts, separated by commas or given one after another.</summary>
    Texts,
}
