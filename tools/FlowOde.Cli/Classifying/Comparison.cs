using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Classifying;

/// <summary>What <c>comparison.json</c> holds: all that says which runs a comparison is made of, so that it can go on after an interrupt.</summary>
/// <param name="Data">The name or whole path of the data.</param>
/// <param name="Digest">The digest of the data as read.</param>
/// <param name="Seeds">Runs of each architecture.</param>
/// <param name="Asked">What the user said, and the number of threads.</param>
internal sealed record Comparison(string Data, string Digest, int Seeds, SettingValues Asked)
{
    private const int Format = 1;
    private const string Name = "comparison.json";

    /// <summary>Whether a folder is that of a comparison.</summary>
    public static bool IsIn(string path) => File.Exists(Path.Combine(path, Name));

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="UsageException">It is damaged, or of a newer version.</exception>
    public static Comparison Read(RunFolder folder)
    {
        string file = folder.File(Name);
        try
        {
            var root = JsonNode.Parse(File.ReadAllText(file))!;
            return root["format"]!.GetValue<int>() is var format and > Format
                ? throw new UsageException($"{file} has format {format}; this program knows up to {Format}. Please update FlowOde.")
                : new(
                    root["data"]!.GetValue<string>(),
                    root["digest"]!.GetValue<string>(),
                    root["seeds"]!.GetValue<int>(),
                    SettingValues.Merge(ConfigFile.Read(root["settings"]!.AsObject(), $"{file}: ")));
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or NullReferenceException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file} cannot be used: {problem.Message} Its runs are whole: `flowode classify --resume` continues each of them.", problem);
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(RunFolder folder) => AtomicFile.WriteText(folder.File(Name), RunJson.Text(new JsonObject
    {
        ["format"] = Format,
        ["program"] = $"flowode {RunConfig.ProgramVersion}",
        ["data"] = Data,
        ["digest"] = Digest,
        ["seeds"] = Seeds,
        ["settings"] = ConfigFile.Write(Asked),
    }));

    /// <summary>Takes it back from a folder in which no run has begun.</summary>
    public static void Discard(RunFolder folder)
    {
        if (!Directory.EnumerateDirectories(folder.Path).Any(RunFolder.IsRun))
        {
            File.Delete(folder.File(Name));
        }
    }

    /// <summary>Refuses a command that is not the one the comparison began with.</summary>
    /// <param name="folder">The comparison's.</param>
    /// <param name="seeds">Runs of each architecture.</param>
    /// <param name="asked">What the user says now.</param>
    /// <exception cref="UsageException">They differ.</exception>
    public void RequireSame(RunFolder folder, int seeds, SettingValues asked)
    {
        string? changed = seeds != Seeds
            ? $"--seeds was {Seeds}, and is {seeds}"
            : ConfigFile.Difference(Asked, asked, without: asked.Has("threads") ? [] : ["threads"]);
        if (changed is not null)
        {
            throw new UsageException($"'{folder.Path}' is a comparison that began with other settings: {changed}. `flowode classify --resume {folder.Path}` goes on with its own; choose another --run for a new one.");
        }
    }
}
