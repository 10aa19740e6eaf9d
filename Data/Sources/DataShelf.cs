namespace FlowOde.Data.Sources;

/// <summary>The folder of larger data sets, a folder or file each, in which they are found by name.</summary>
public static class DataShelf
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string FolderVariable = "FLOWODE_DATA";

    private const string OwnFolder = "flowode";

    /// <summary>The folder that <see cref="FolderVariable"/> names, or else <c>flowode</c> among the user's application data; <see langword="null"/> where the user has none.</summary>
    public static string? Folder =>
        Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named ? named
        : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } own ? Path.Combine(own, OwnFolder)
        : null;

    /// <summary>The path of a file or folder of this name in the folder, or null.</summary>
    internal static string? Find(string name) => Folder is { } folder && Path.Combine(folder, name) is var path && (File.Exists(path) || Directory.Exists(path)) ? path : null;
}
