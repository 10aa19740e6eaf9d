using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Settings;
using FlowOde.Data.Fetching;
using FlowOde.Data.Sources;

namespace FlowOde.Cli.Verbs;

/// <summary><c>data fetch</c>: downloads one data set.</summary>
internal sealed class DataFetchVerb : Verb
{
    private const int Mebi = 1 << 20;
    private static readonly TimeSpan _reportEvery = TimeSpan.FromSeconds(2);

    private readonly Argument<string> _name = new("NAME") { Description = "a name that `flowode data` lists" };
    private readonly Option<string> _into = Text("--into", "DIR", $"the folder that gets a folder NAME; by default that of {DataShelf.FolderVariable}, or else one of the user's application data");

    /// <summary>Lays out the options.</summary>
    public DataFetchVerb() => Command = new("fetch", "Downloads a data set, checks it, and keeps it where its name is found.") { _name, _into };

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["flowode data fetch fashion-mnist", "flowode data fetch cifar10 --into ~/data"];

    /// <inheritdoc/>
    public override bool NeedsTorch => false;

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        string name = parsed.GetRequiredValue(_name);
        string[] names = [.. RemoteSets.All.Select(entry => entry.Name)];
        var set = RemoteSets.Find(name) ?? throw new UsageException($"There is no set '{name}' to download.{Suggestion.For(name, names)} There are: {string.Join(", ", names)}.");
        string shelf = parsed.GetValue(_into) ?? DataShelf.Folder ?? throw new UsageException($"This user has no folder for application data. Name one by {DataShelf.FolderVariable} or --into.");
        string folder = Path.GetFullPath(Path.Combine(shelf, set.Name));
        using var interrupt = new Interrupt(() => output.Notice("Stopping; the same command continues."));
        using var fetcher = new DataFetcher();
        var sinceReport = Stopwatch.StartNew();
        var fetched = fetcher.FetchAsync(set, folder, progress => Report(progress, sinceReport, output), interrupt.Token).GetAwaiter().GetResult();
        Conclude(set, folder, fetched, output);
        return ExitCode.Done;
    }

    private static void Report(FetchProgress progress, Stopwatch sinceReport, Output output)
    {
        if (sinceReport.Elapsed >= _reportEvery || progress.Bytes >= progress.TotalBytes)
        {
            output.Notice($"{progress.File}  {(double)progress.Bytes / Mebi:F1} of {(double)progress.TotalBytes / Mebi:F1} MiB");
            sinceReport.Restart();
        }
    }

    private static void Conclude(RemoteSet set, string folder, IReadOnlyList<string> fetched, Output output)
    {
        if (output.Json)
        {
            output.WriteJson(new JsonObject
            {
                ["name"] = set.Name,
                ["folder"] = folder,
                ["downloaded"] = new JsonArray([.. fetched.Select(file => JsonValue.Create(file))]),
                ["licence"] = set.Licence,
            });
            return;
        }

        bool isFound = DataShelf.Folder is { } shelf && Path.GetFullPath(Path.Combine(shelf, set.Name)) == folder;
        output.Out.WriteLine($"{set.Name}: {(fetched.Count == 0 ? "all files were there" : $"downloaded {fetched.Count} {(fetched.Count == 1 ? "file" : "files")}")}, in {folder}. Licence: {set.Licence}.");
        output.Out.WriteLine($"Next: flowode train {(isFound ? set.Name : folder)} --objective flow-matching");
    }
}
