using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Data.Bundled;
using FlowOde.Data.Fetching;
using FlowOde.Data.Sources;
using FlowOde.Data.ToyDensities;
using Spectre.Console;

namespace FlowOde.Cli.Verbs;

/// <summary><c>data</c>: lists the data sets that have a name.</summary>
internal sealed class DataVerb : Verb
{
    /// <inheritdoc/>
    public override Command Command { get; } = new("data", "Lists toys, bundled data sets and those that can be downloaded; `data info DATA` describes one, or a file; `data fetch NAME` downloads one.");

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["flowode data", "flowode data info earthquakes", "flowode data fetch mnist"];

    /// <inheritdoc/>
    public override IReadOnlyList<Verb> Children { get; } = [new DataInfoVerb(), new DataFetchVerb()];

    /// <inheritdoc/>
    public override bool NeedsTorch => false;

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        if (output.Json)
        {
            output.WriteJson(new JsonObject
            {
                ["toys"] = new JsonArray([.. Toys.All.Select(toy => new JsonObject { ["name"] = toy.Name, ["description"] = toy.Description })]),
                ["bundled"] = new JsonArray([.. BundledSets.All.Select(ToJson)]),
                ["remote"] = new JsonArray([.. RemoteSets.All.Select(ToJson)]),
            });
            return ExitCode.Done;
        }

        var toys = Output.NewTable(("toy", false), ("what it looks like", false));
        foreach (var toy in Toys.All)
        {
            toys.AddRow(new Text(toy.Name), new Text(toy.Description));
        }

        var sets = Output.NewTable(("bundled set", false), ("rows", true), ("columns", true), ("what it is", false), ("licence", false));
        foreach (var set in BundledSets.All)
        {
            sets.AddRow(new Text(set.Name), new Text(set.Rows == 0 ? "∞" : $"{set.Rows}"), new Text($"{set.Columns.Count}"), new Text(set.Description), new Text(set.Licence));
        }

        output.WriteTable(toys);
        var remote = Output.NewTable(("set to download", false), ("MB", true), ("what it is", false), ("licence", false));
        foreach (var set in RemoteSets.All)
        {
            remote.AddRow(new Text(set.Name), new Text($"{set.Bytes / 1e6:F0}"), new Text(set.Description), new Text(set.Licence));
        }

        output.WriteTable(sets);
        output.WriteTable(remote);
        output.Out.WriteLine($"Downloaded sets are kept in, and other larger ones found by name in, {DataShelf.Folder ?? $"the folder that {DataShelf.FolderVariable} names"}.");
        output.Out.WriteLine($"Files: {string.Join(" ", DataCatalog.Extensions)}, tables also with .gz.");
        return ExitCode.Done;
    }

    private static JsonObject ToJson(BundledSet set) => new()
    {
        ["name"] = set.Name,
        ["rows"] = set.Rows,
        ["columns"] = new JsonArray([.. set.Columns.Select(column => JsonValue.Create(column))]),
        ["description"] = set.Description,
        ["licence"] = set.Licence,
    };

    private static JsonObject ToJson(RemoteSet set) => new()
    {
        ["name"] = set.Name,
        ["bytes"] = set.Bytes,
        ["description"] = set.Description,
        ["licence"] = set.Licence,
    };
}
