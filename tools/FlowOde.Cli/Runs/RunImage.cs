using System.Text.Json.Nodes;
using FlowOde.Flows.Networks;

namespace FlowOde.Cli.Runs;

/// <summary>How the rows of a run are images of integers.</summary>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Levels">Number of levels: a pixel is one of 0 … Levels − 1.</param>
/// <param name="Classes">The names of the classes; empty where images have no labels.</param>
internal sealed record RunImage(int Channels, int Height, int Width, int Levels, IReadOnlyList<string> Classes)
{
    /// <summary>The shape of a row.</summary>
    public ImageShape Shape => new(Channels, Height, Width);

    /// <summary>Numbers of a row.</summary>
    public int Length => Channels * Height * Width;

    /// <summary>The facts as an object.</summary>
    public JsonObject ToJson() => new()
    {
        ["shape"] = new JsonArray(Channels, Height, Width),
        ["levels"] = Levels,
        ["classes"] = new JsonArray([.. Classes.Select(name => JsonValue.Create(name))]),
    };

    /// <summary>Reads such an object.</summary>
    /// <exception cref="InvalidOperationException">Something is missing or of another kind.</exception>
    public static RunImage FromJson(JsonNode node)
    {
        int[] shape = [.. Require(node, "shape").AsArray().Select(number => number!.GetValue<int>())];
        int levels = Require(node, "levels").GetValue<int>();
        return shape.Length == 3 && shape.All(side => side >= 1) && levels >= 2
            ? new(shape[0], shape[1], shape[2], levels, [.. Require(node, "classes").AsArray().Select(name => name!.GetValue<string>())])
            : throw new InvalidOperationException($"the image is {node.ToJsonString()}");
    }

    private static JsonNode Require(JsonNode node, string name) => node[name] ?? throw new InvalidOperationException($"the image has no '{name}'");
}
