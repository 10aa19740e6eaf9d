using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;

namespace FlowOde.Cli.Runs;

/// <summary>What <c>config.json</c> holds: all that a run was asked for, and what it was made from.</summary>
/// <param name="Data">The name or whole path of the data.</param>
/// <param name="Digest">The digest of the data as read.</param>
/// <param name="Columns">The columns' names; none where rows are images.</param>
/// <param name="Values">The whole effective settings.</param>
internal sealed record RunConfig(string Data, string Digest, IReadOnlyList<string> Columns, SettingValues Values)
{
    private const int Format = 1;

    /// <summary>How rows are images; null where they are rows of a table or points.</summary>
    public RunImage? Image { get; init; }

    /// <summary>The names of the classes, of a classifier; null for a density.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Numbers of a row.</summary>
    public int Dimension => Image?.Length ?? Columns.Count;

    /// <summary>The version of this program.</summary>
    public static string ProgramVersion => typeof(RunConfig).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Reads the configuration of a run of a density.</summary>
    /// <exception cref="UsageException">The file is missing, damaged or of a newer version, or the run is a classifier.</exception>
    public static RunConfig Read(RunFolder folder) => ReadAny(folder) is { Classes: null } config
        ? config
        : throw new UsageException($"'{folder.Path}' is a classifier, and this needs a density. `flowode score {folder.Path} DATA` applies a classifier, `flowode classify --resume {folder.Path}` continues its training.");

    /// <summary>Reads the configuration of a run of a classifier.</summary>
    /// <exception cref="UsageException">The file is missing, damaged or of a newer version, or the run is a density.</exception>
    public static RunConfig ReadClassifier(RunFolder folder) => ReadAny(folder) is { Classes: not null } config
        ? config
        : throw new UsageException($"'{folder.Path}' is a density, and this needs a classifier. `flowode classify DATA` makes one.");

    /// <summary>Reads the configuration of any run.</summary>
    /// <exception cref="UsageException">The file is missing, damaged or of a newer version.</exception>
    public static RunConfig ReadAny(RunFolder folder)
    {
        try
        {
            var root = JsonNode.Parse(File.ReadAllText(folder.Config)) as JsonObject ?? throw Damaged(folder, "it holds no object");
            int format = root["format"]?.GetValue<int>() ?? throw Damaged(folder, "it has no 'format'");
            if (format > Format)
            {
                throw new UsageException($"{folder.Config} has format {format}; this program knows up to {Format}. Please update FlowOde.");
            }

            return new(
                Text(root["data"], folder),
                Text(root["digest"], folder),
                [.. (root["columns"] as JsonArray ?? throw Damaged(folder, "it has no 'columns'")).Select(column => Text(column, folder))],
                SettingValues.Merge(ConfigFile.Read(root["settings"] as JsonObject ?? throw Damaged(folder, "it has no 'settings'"), $"{folder.Config}: ")))
            {
                Image = root["image"] is { } image ? RunImage.FromJson(image) : null,
                Classes = root["classes"] is JsonArray classes ? [.. classes.Select(name => Text(name, folder))] : null,
            };
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw Damaged(folder, problem.Message, problem);
        }
    }

    /// <summary>Refuses data that are not those the run began with.</summary>
    /// <param name="digest">The digest of the data as they are now.</param>
    /// <param name="otherwise">What can be done where they cannot be restored.</param>
    /// <exception cref="UsageException">They have changed.</exception>
    public void RequireData(string digest, string otherwise)
    {
        if (digest != Digest)
        {
            throw new UsageException($"The data '{Data}' have changed since the run began (digest {digest[..12]}…, then {Digest[..12]}…). Restore them, or {otherwise}.");
        }
    }

    /// <summary>Writes the configuration.</summary>
    public void Write(RunFolder folder) => AtomicFile.WriteText(folder.Config, RunJson.Text(ToJson()));

    /// <summary>The configuration as an object.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["format"] = Format,
            ["program"] = $"flowode {ProgramVersion}",
            ["torchSharp"] = typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3),
            ["runtime"] = Environment.Version.ToString(),
            ["data"] = Data,
            ["digest"] = Digest,
            ["columns"] = new JsonArray([.. Columns.Select(column => JsonValue.Create(column))]),
            ["settings"] = ConfigFile.Write(Values),
        };
        if (Image is not null)
        {
            json["image"] = Image.ToJson();
        }

        if (Classes is not null)
        {
            json["classes"] = new JsonArray([.. Classes.Select(name => JsonValue.Create(name))]);
        }

        return json;
    }

    /// <summary>The configuration without paths, versions and times, so that equal runs give equal bytes.</summary>
    public JsonObject ToPortableJson()
    {
        var portable = ToJson();
        foreach (string name in (string[])["program", "torchSharp", "runtime", "data"])
        {
            portable.Remove(name);
        }

        return portable;
    }

    private static string Text(JsonNode? node, RunFolder folder) => node?.GetValue<string>() ?? throw Damaged(folder, "a text is missing");

    private static UsageException Damaged(RunFolder folder, string why, Exception? problem = null) =>
        new($"{folder.Config} cannot be used: {why}.", problem);
}
