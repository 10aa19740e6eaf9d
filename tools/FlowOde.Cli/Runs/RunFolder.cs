using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Runs;

/// <summary>The folder of a run and the names of its files.</summary>
internal sealed class RunFolder
{
    private const string Parent = "runs";
    private readonly IReadOnlyList<string> _created;

    private RunFolder(string path, IReadOnlyList<string> created) => (Path, _created) = (path, created);

    /// <summary>The folder, as the user named it.</summary>
    public string Path { get; }

    /// <summary>The whole effective configuration.</summary>
    public string Config => File("config.json");

    /// <summary>All a run needs to go on.</summary>
    public string State => File("state.safetensors");

    /// <summary>The best model.</summary>
    public string Model => File("model.safetensors");

    /// <summary>A line for each iteration.</summary>
    public string Log => File("log.jsonl");

    /// <summary>The results.</summary>
    public string Report => File("report.json");

    /// <summary>Held by the process that trains here.</summary>
    public string Lock => File("run.lock");

    /// <summary>Whether a folder is that of a run.</summary>
    public static bool IsRun(string path) => System.IO.File.Exists(System.IO.Path.Combine(path, "config.json"));

    /// <summary>The folder of a run that exists.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static RunFolder Open(string path) => IsRun(path)
        ? new(path, [])
        : throw new UsageException(Directory.Exists(path)
            ? $"'{path}' is no run: it has no config.json."
            : $"There is no run '{path}'.{Near(path)} `flowode train DATA` makes one, of a classifier `flowode classify DATA`.");

    /// <summary>A folder that holds runs, and is none itself.</summary>
    public static RunFolder OfRuns(string path) => new(path, []);

    /// <summary>Makes the folder of a new run and proves that it can be written.</summary>
    /// <param name="path">The folder asked for, or null for a free name.</param>
    /// <param name="name">What a free name is made of.</param>
    /// <exception cref="UsageException">It exists already, or cannot be written.</exception>
    public static RunFolder Create(string? path, string name)
    {
        if (path is not null && (System.IO.File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())))
        {
            throw new UsageException(IsRun(path)
                ? $"'{path}' is a run already. `flowode train --resume {path}` continues it; choose another --run for a new one."
                : $"'{path}' exists and is not an empty folder; choose another --run.");
        }

        string folder = path ?? FreeName(name);
        string[] missing = [.. Ancestors(folder).TakeWhile(ancestor => !Directory.Exists(ancestor)).Reverse()];
        var run = new RunFolder(folder, missing);
        try
        {
            Directory.CreateDirectory(folder);
            string probe = run.File($"write.tmp-{Environment.ProcessId}");
            System.IO.File.WriteAllText(probe, "");
            System.IO.File.Delete(probe);
            return run;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            run.Abandon();
            throw new UsageException($"The run folder '{folder}' cannot be written: {problem.Message} Choose another by --run.", problem);
        }
    }

    /// <summary>A file of the run.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Takes back the folders that <see cref="Create"/> made, as long as nothing is in them.</summary>
    public void Abandon()
    {
        foreach (string folder in _created.Reverse().Where(Directory.Exists))
        {
            if (Directory.EnumerateFileSystemEntries(folder).Any())
            {
                return;
            }

            Directory.Delete(folder);
        }
    }

    /// <summary>Takes back what a run without a single step has written.</summary>
    public void Discard()
    {
        foreach (string file in new[] { State, Model, Log, Config })
        {
            System.IO.File.Delete(file);
        }
    }

    private static string FreeName(string name)
    {
        string clean = string.Concat(name.Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '-')).Trim('.', '-');
        string first = System.IO.Path.Combine(Parent, clean.Length == 0 ? "run" : clean), free = first;
        for (int number = 2; Directory.Exists(free) || System.IO.File.Exists(free); number++)
        {
            free = $"{first}-{number}";
        }

        return free;
    }

    private static IEnumerable<string> Ancestors(string path)
    {
        for (string? at = System.IO.Path.GetFullPath(path); at is not null; at = System.IO.Path.GetDirectoryName(at))
        {
            yield return at;
        }
    }

    private static string Near(string path)
    {
        string parent = System.IO.Path.GetDirectoryName(path.TrimEnd('/')) is { Length: > 0 } given ? given : ".";
        string[] known = new[] { parent, Parent }.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Where(IsRun).ToArray();
        string name = System.IO.Path.GetFileName(path.TrimEnd('/'));
        string? near = Data.Sources.NearestName.Suggest(name, known.Select(run => System.IO.Path.GetFileName(run)!));
        return near is null ? "" : $" Did you mean '{known.First(run => System.IO.Path.GetFileName(run) == near)}'?";
    }
}
