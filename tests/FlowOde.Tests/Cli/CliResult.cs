using System.Text.Json.Nodes;

namespace FlowOde.Tests.Cli;

/// <summary>What a command line left behind.</summary>
internal sealed record CliResult(int Code, string Out, string Error)
{
    /// <summary>Standard output as the one JSON object it must be.</summary>
    public JsonObject Json => JsonNode.Parse(Out)!.AsObject();

    /// <summary>A number deep in that object, by a path of names.</summary>
    public double Number(params string[] path) => path.Aggregate((JsonNode)Json, (node, name) => node[name]!).GetValue<double>();

    /// <summary>Fails unless the command refused its input with these facts, one line, and no trace.</summary>
    public void RequireRefusal(int code, params string[] facts)
    {
        Assert.True(code == Code, $"code {Code}, expected {code}: {Error}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        foreach (string fact in facts)
        {
            Assert.Contains(fact, Error, StringComparison.Ordinal);
        }
    }
}
