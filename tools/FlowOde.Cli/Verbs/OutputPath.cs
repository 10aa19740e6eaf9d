using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Verbs;

/// <summary>Checks a file that is to be written before the work for it is done.</summary>
internal static class OutputPath
{
    /// <summary>Refuses a path in a folder that does not exist, a folder's own path, and the file that is being read.</summary>
    /// <param name="path">What was given, or null.</param>
    /// <param name="input">A name or file that is read, or null.</param>
    /// <param name="option">The option it was given with.</param>
    /// <exception cref="UsageException">Nothing can or should be written there.</exception>
    public static void Check(string? path, string? input = null, string option = "--out")
    {
        if (path is null)
        {
            return;
        }

        string whole = Path.GetFullPath(path);
        if (Directory.Exists(whole))
        {
            throw new UsageException($"{option} {path}: that is a folder; give a file.");
        }

        if (Path.GetDirectoryName(whole) is { } folder && !Directory.Exists(folder))
        {
            throw new UsageException($"{option} {path}: there is no folder '{folder}'.");
        }

        if (input is not null && File.Exists(input) && Real(input) == Real(whole))
        {
            throw new UsageException($"{option} {path} is the file that is read; it would be lost. Give another.");
        }
    }

    private static string Real(string path)
    {
        var file = new FileInfo(Path.GetFullPath(path));
        return file.Exists ? file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName : file.FullName;
    }
}
