using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlowOde.Cli.Runs;

/// <summary>How the tool writes JSON: readable, numbers that read back to the same bits, and null for what JSON has no number for.</summary>
internal static class RunJson
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions _line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A number, or null where it is not finite.</summary>
    public static JsonValue? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;

    /// <summary>The text of a file or of standard output.</summary>
    public static string Text(JsonNode node) => node.ToJsonString(_indented);

    /// <summary>The text on one line.</summary>
    public static string Line(JsonNode node) => node.ToJsonString(_line);
}
