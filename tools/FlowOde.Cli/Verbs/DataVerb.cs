using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Data.Bundled;
using FlowOde.Data.Sources;
using FlowOde.Data.ToyDensities;
using Spectre.Console;

namespace FlowOde.Cli.Verbs;

/// <summary><c>data</c>: lists the data sets that need no file.</summary>
internal sealed class DataVerb : Verb
{
    /// <inheritdoc/>
    public override Command Command { get; } = new("data", "Lists toys and bundled data sets; `data info DATA` describes one, or a file.");

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["flowode data", "flowode data info earthquakes", "flowode data info table.csv --json"];

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
        output.WriteTable(sets);
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
}
