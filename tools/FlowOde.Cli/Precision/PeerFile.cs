using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;

namespace FlowOde.Cli.Precision;

/// <summary>What other libraries needed, from a file: <c>{"points": [{"problem", "solver", "tolerance", "evaluations", "error"}, …]}</c>.</summary>
internal static class PeerFile
{
    /// <summary>Reads all points.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UsageException">It is not there, is not JSON, or a point lacks something.</exception>
    public static IReadOnlyList<PrecisionPoint> Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) is JsonObject file && file["points"] is JsonArray points
                ? [.. points.Select(Point)]
                : throw new UsageException($"--peers {path} has no list \"points\"; expected an object with one, each point having problem, solver, tolerance, evaluations and error.");
        }
        catch (JsonException problem)
        {
            throw new UsageException($"--peers {path} is not JSON: {problem.Message}", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--peers {path} cannot be read: {problem.Message}", problem);
        }

        PrecisionPoint Point(JsonNode? node, int index)
        {
            try
            {
                return new()
                {
                    Problem = node!["problem"]!.GetValue<string>(),
                    Solver = node["solver"]!.GetValue<string>(),
                    Tolerance = node["tolerance"]!.GetValue<double>(),
                    Evaluations = node["evaluations"]!.GetValue<int>(),
                    Error = node["error"]?.GetValue<double>(),
                };
            }
            catch (Exception problem) when (problem is NullReferenceException or InvalidOperationException or FormatException)
            {
                throw new UsageException($"--peers {path}: point {index + 1} is '{node?.ToJsonString()}'; expected problem and solver as text, tolerance, evaluations and error as numbers.", problem);
            }
        }
    }
}
