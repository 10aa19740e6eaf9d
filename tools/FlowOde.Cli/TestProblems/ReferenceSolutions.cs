using System.Reflection;
using System.Text.Json.Nodes;

namespace FlowOde.Cli.TestProblems;

/// <summary>Solutions of problems without a closed form, from the file beside this one, which says how they were made.</summary>
internal static class ReferenceSolutions
{
    private static readonly Lazy<JsonObject> _problems = new(Read);

    /// <summary>The solution of a problem at its end, [dimension].</summary>
    public static double[] Of(string name) => [.. _problems.Value[name]!["solution"]!.AsArray().Select(value => value!.GetValue<double>())];

    /// <summary>How far the two grids lie apart that it was computed on; not below 1e-15.</summary>
    public static double KnownTo(string name) => Math.Max(1e-15, _problems.Value[name]!["gridsAgreeTo"]!.GetValue<double>());

    private static JsonObject Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("FlowOde.Cli.TestProblems.references.json")!;
        return JsonNode.Parse(stream)!["problems"]!.AsObject();
    }
}
