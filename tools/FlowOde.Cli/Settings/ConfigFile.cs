using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Settings;

/// <summary>Settings as JSON: an object whose keys are the options' names.</summary>
internal static class ConfigFile
{
    private const long LongestFile = 1 << 20;

    /// <summary>Reads a user's file: such an object, or the <c>config.json</c> of a run.</summary>
    /// <exception cref="UsageException">The file cannot be read, or says something impossible.</exception>
    public static SettingLayer Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LongestFile)
            {
                throw new UsageException($"--config: {path} is larger than {LongestFile} bytes; expected a short JSON object of options.");
            }

            var root = JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false });
            var settings = root is JsonObject whole && whole["settings"] is JsonObject inner ? inner : root;
            return Read(settings as JsonObject ?? throw new UsageException($"--config: {path} holds no JSON object; expected one such as {{ \"lr\": 0.001 }}."), $"{path}: ");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--config: {path} cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Reads an object of settings.</summary>
    /// <param name="settings">The object.</param>
    /// <param name="origin">Where it comes from, for messages.</param>
    public static SettingLayer Read(JsonObject settings, string origin)
    {
        var layer = new SettingLayer(origin);
        foreach (var (name, value) in settings)
        {
            layer.Add(name, value switch
            {
                JsonArray { Count: 0 } => ["none"],
                JsonArray list => [.. list.Select(item => TextOf(item, name, origin))],
                _ => [TextOf(value, name, origin)],
            });
        }

        return layer.Complete();
    }

    /// <summary>Settings as an object, numbers as numbers.</summary>
    public static JsonObject Write(SettingValues values)
    {
        var settings = new JsonObject();
        foreach (var setting in SettingCatalog.All.Where(setting => values.Has(setting.Name)))
        {
            settings[setting.Name] = setting.IsList
                ? new JsonArray([.. values.List(setting.Name).Select(value => NodeOf(setting, value))])
                : NodeOf(setting, values.Text(setting.Name));
        }

        return settings;
    }

    /// <summary>The first setting in which two differ, in words; null where they are the same.</summary>
    /// <param name="before">The one.</param>
    /// <param name="now">The other.</param>
    /// <param name="without">Settings that may differ.</param>
    public static string? Difference(SettingValues before, SettingValues now, params IReadOnlyList<string> without)
    {
        var (first, second) = (Write(before), Write(now));
        string Said(JsonObject settings, string name) => settings[name]?.ToJsonString() ?? "not given";
        return SettingCatalog.All.Select(setting => setting.Name).Except(without).FirstOrDefault(name => Said(first, name) != Said(second, name)) is { } changed
            ? $"--{changed} was {Said(first, changed)}, and is {Said(second, changed)}"
            : null;
    }

    private static JsonValue NodeOf(Setting setting, string value) => setting.Kind switch
    {
        SettingKind.Integer or SettingKind.Integers => JsonValue.Create(long.Parse(value)),
        SettingKind.Flag => JsonValue.Create(value == SettingValues.Yes),
        SettingKind.Number => JsonValue.Create(double.Parse(value)),
        _ => JsonValue.Create(value),
    };

    private static string TextOf(JsonNode? value, string name, string origin) => value?.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number => value.ToJsonString(),
        JsonValueKind.True => SettingValues.Yes,
        JsonValueKind.False => SettingValues.No,
        _ => throw new UsageException($"{origin}'{name}' is {value?.ToJsonString() ?? "null"}; expected a number, a text, true, false or a list of those."),
    };
}
