using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Data.Images;
using FlowOde.Data.Sources;
using FlowOde.Data.Tables;
using FlowOde.Data.ToyDensities;
using Spectre.Console;

namespace FlowOde.Cli.Verbs;

/// <summary><c>data info</c>: describes one data set.</summary>
internal sealed class DataInfoVerb : Verb
{
    private static readonly string[] _channels = ["Red", "Green", "Blue"];

    private readonly Argument<string> _data = new("DATA") { Description = "a name or a file" };
    private readonly SettingOptions _table = new(SourceCatalog.OfReading);

    /// <summary>Lays out the options.</summary>
    public DataInfoVerb()
    {
        Command = new("info", "Describes a data set: rows, columns, and what was guessed while reading.") { _data };
        _table.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["flowode data info moons", "flowode data info table.csv --delimiter semicolon", "flowode data info pictures/ --size 32"];

    /// <inheritdoc/>
    public override bool NeedsTorch => false;

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        string name = parsed.GetRequiredValue(_data);
        RunOrData.RequireData(name);
        var source = Open(name, SettingValues.Merge(_table.Read(parsed)));
        switch (source)
        {
            case TableSource table:
                Describe(table.Table, output);
                break;
            case ToySource toy:
                Describe(toy.Density, output);
                break;
            case ImageSource images:
                Describe(images.Images, output);
                break;
            case PictureSource picture:
                Describe(picture.Density, output);
                break;
            default:
                throw new InvalidOperationException($"No description for {source.GetType().Name}.");
        }

        return ExitCode.Done;
    }

    private static DataSource Open(string name, SettingValues asked) => DataCatalog.Resolve(name, TableSettings.Read(asked), images: TableSettings.ReadImages(asked));

    private static void Describe(ImageSet images, Output output)
    {
        var moments = Enumerable.Range(0, images.Channels).Select(images.Moments).ToArray();
        var classes = images.ClassNames.Select((name, label) => (Name: name, Count: images.Labels.Count(other => other == label))).ToArray();
        if (output.Json)
        {
            output.WriteJson(new JsonObject
            {
                ["name"] = images.Name,
                ["images"] = images.Count,
                ["shape"] = new JsonArray(images.Channels, images.Height, images.Width),
                ["levels"] = images.Levels,
                ["digest"] = images.Digest,
                ["channels"] = new JsonArray([.. moments.Select(channel => new JsonObject { ["mean"] = RunJson.Number(channel.Mean), ["std"] = RunJson.Number(channel.Deviation) })]),
                ["classes"] = new JsonArray([.. classes.Select(entry => new JsonObject { ["name"] = entry.Name, ["images"] = entry.Count })]),
                ["notices"] = new JsonArray([.. images.Notices.Select(notice => JsonValue.Create(notice))]),
            });
            return;
        }

        output.Out.WriteLine($"{images.Name}: {images.Count} images, {images.Channels} x {images.Height} x {images.Width} pixels of {images.Levels} levels{(images.Parts is { } parts ? $"; published parts: {parts.TrainRows} training, {parts.ValidationRows} validation, {parts.TestRows} test" : "")}.");
        foreach (var (channel, i) in moments.Select((channel, i) => (channel, i)))
        {
            output.Out.WriteLine($"{(images.Channels == 1 ? "Grey" : _channels[i])}: mean {channel.Mean:F2}, standard deviation {channel.Deviation:F2} levels.");
        }

        if (classes.Length > 0)
        {
            var view = Output.NewTable(("class", false), ("images", true));
            foreach (var (name, count) in classes)
            {
                view.AddRow(new Text(name), new Text($"{count}"));
            }

            output.WriteTable(view);
        }

        foreach (string notice in images.Notices)
        {
            output.Out.WriteLine(notice);
        }
    }

    private static void Describe(IToyDensity toy, Output output)
    {
        if (output.Json)
        {
            output.WriteJson(new JsonObject
            {
                ["name"] = toy.Name,
                ["description"] = toy.Description,
                ["columns"] = new JsonArray("x", "y"),
                ["entropy"] = toy.HasExactDensity ? RunJson.Number(toy.Entropy) : null,
            });
            return;
        }

        output.Out.WriteLine($"{toy.Name}: {toy.Description}; columns x, y; samples without end.");
        output.Out.WriteLine(toy.Entropy is { } entropy ? $"Entropy: {entropy:F4} nats, the lowest mean −log p that a model can have." : "Its density has no closed form.");
        output.Out.WriteLine($"Shown: x {toy.Bounds.Left:G4} to {toy.Bounds.Right:G4}, y {toy.Bounds.Bottom:G4} to {toy.Bounds.Top:G4}.");
    }

    private static void Describe(DataTable table, Output output)
    {
        var columns = table.Columns.Select((name, i) => (Name: name, Moments: ColumnMoments.Of(table, i))).ToArray();
        if (output.Json)
        {
            output.WriteJson(new JsonObject
            {
                ["name"] = table.Source,
                ["rows"] = table.RowCount,
                ["digest"] = table.Digest,
                ["columns"] = new JsonArray([.. columns.Select(column => new JsonObject
                {
                    ["name"] = column.Name,
                    ["min"] = RunJson.Number(column.Moments.Least),
                    ["max"] = RunJson.Number(column.Moments.Most),
                    ["mean"] = RunJson.Number(column.Moments.Mean),
                    ["std"] = RunJson.Number(column.Moments.Deviation),
                })]),
                ["notices"] = new JsonArray([.. table.Notices.Select(notice => JsonValue.Create(notice))]),
            });
            return;
        }

        output.Out.WriteLine($"{table.Source}: {table.RowCount} rows, {table.ColumnCount} columns{(table.Parts is { } parts ? $"; published parts: {parts.TrainRows} training, {parts.ValidationRows} validation, {parts.TestRows} test" : "")}.");
        var view = Output.NewTable(("column", false), ("min", true), ("max", true), ("mean", true), ("std", true));
        foreach (var (name, moments) in columns)
        {
            view.AddRow([.. new[] { name, $"{moments.Least:G6}", $"{moments.Most:G6}", $"{moments.Mean:G6}", $"{moments.Deviation:G6}" }.Select(cell => new Text(cell))]);
        }

        output.WriteTable(view);
        foreach (string notice in table.Notices)
        {
            output.Out.WriteLine(notice);
        }
    }
}
