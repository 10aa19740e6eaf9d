using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Verbs;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Samplers.Drawing;
using Spectre.Console;

namespace FlowOde.Cli.Classifying;

/// <summary>Trains architectures at about as many parameters, each in runs of their own, and compares them. An interrupted comparison goes on run by run.</summary>
internal static class ArchitectureSweep
{
    private const int MostChannels = 512;

    /// <summary>Trains them all; where the folder holds such a comparison already, what is missing of it.</summary>
    /// <param name="nameOrPath">The data.</param>
    /// <param name="path">The folder of the runs, or null for a free name.</param>
    /// <param name="given">What the user said, later layers winning.</param>
    /// <param name="seeds">Runs of each, with seeds from --seed on; at least 1.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">The folder's comparison began with other data or settings.</exception>
    public static int Run(string nameOrPath, string? path, IReadOnlyList<SettingLayer> given, int seeds, Output output)
    {
        RunOrData.RequireData(nameOrPath);
        NewClassifier.RefuseForeign(given);
        var asked = SettingValues.Merge(given);
        var architectures = ArchitecturesOf(asked);
        if (path is not null && Comparison.IsIn(path))
        {
            var folder = RunFolder.OfRuns(path);
            var begun = Comparison.Read(folder);
            begun.RequireSame(folder, seeds, asked);
            return Continue(folder, begun, NewClassifier.Load(nameOrPath, [begun.Asked.ToLayer()], output), output);
        }

        var parent = RunFolder.Create(path, $"{Path.GetFileNameWithoutExtension(nameOrPath.TrimEnd('/'))}-architectures");
        try
        {
            var data = NewClassifier.Load(nameOrPath, given, output);
            string threads = NewClassifier.Effective(data, [ClassifierSettings.LayerOf(asked, architectures[0], architectures)]).Text("threads");
            var comparison = new Comparison(data.Rows.Address, data.Digest, seeds, SettingValues.Merge([.. given, new SettingLayer("").Add("threads", threads)]));
            var runs = Planned(comparison, data);
            runs.ForEach(run => NewClassifier.Check(parent, data, run.Layers)); // before the first is trained
            return Train(parent, comparison, runs, data, output);
        }
        finally
        {
            Comparison.Discard(parent);
            parent.Abandon();
        }
    }

    /// <summary>Trains what is missing of a comparison.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">Its data have changed.</exception>
    public static int Resume(string path, Output output)
    {
        var folder = RunFolder.OfRuns(path);
        var begun = Comparison.Read(folder);
        return Continue(folder, begun, NewClassifier.Load(begun.Data, [begun.Asked.ToLayer()], output), output);
    }

    private static int Continue(RunFolder parent, Comparison begun, ClassifierData data, Output output) => data.Digest == begun.Digest
        ? Train(parent, begun, Planned(begun, data), data, output)
        : throw new UsageException($"'{parent.Path}' compares on '{begun.Data}' as it was when it began (digest {begun.Digest[..12]}…); '{data.Rows.Address}' has {data.Digest[..12]}…. Restore the data, or choose another --run.");

    /// <summary>The runs by name, those of one architecture after each other.</summary>
    private static List<(string Name, IReadOnlyList<SettingLayer> Layers)> Planned(Comparison comparison, ClassifierData data)
    {
        var asked = comparison.Asked;
        var architectures = ArchitecturesOf(asked);
        var layersOf = architectures.Select(architecture => new[] { ClassifierSettings.LayerOf(asked, architecture, architectures) }).ToArray();
        long target = Size(data, layersOf[0]);
        return
        [
            .. from layers in layersOf.Select((layers, i) => i == 0 ? layers : Sized(data, layers, target))
               let values = NewClassifier.Effective(data, layers)
               from offset in Enumerable.Range(0, comparison.Seeds)
               let seed = values.Integer("seed") + offset
               select (values.Text("architecture") + (comparison.Seeds > 1 ? $"-{seed}" : ""), (IReadOnlyList<SettingLayer>)[.. layers, new SettingLayer("").Add("seed", $"{seed}")]),
        ];
    }

    private static int Train(RunFolder parent, Comparison comparison, List<(string Name, IReadOnlyList<SettingLayer> Layers)> runs, ClassifierData data, Output output)
    {
        using var held = RunLock.Take(parent);
        comparison.Write(parent);
        var reports = new List<JsonObject>();
        foreach (var (name, layers) in runs)
        {
            output.Notice($"Run {reports.Count + 1} of {runs.Count}: {name}.");
            if (Train(parent, name, data, layers, output) is not { } report)
            {
                return ExitCode.Interrupted;
            }

            reports.Add(report);
        }

        return Finish(parent, data, [.. reports.Chunk(comparison.Seeds).Select(chunk => new ArchitectureRuns(chunk))], output);
    }

    private static JsonObject? Train(RunFolder parent, string name, ClassifierData data, IReadOnlyList<SettingLayer> layers, Output output)
    {
        string path = parent.File(name);
        if (RunFolder.IsRun(path))
        {
            return ResumeClassifier.Complete(RunFolder.Open(path), NewClassifier.ConfigOf(data, layers), data, output, parent);
        }

        if (Directory.Exists(path))
        {
            RunLock.Take(RunFolder.OfRuns(path)).Dispose(); // takes away what a process left that was killed before the run began
        }

        var folder = RunFolder.Create(path, name);
        try
        {
            return NewClassifier.Run(folder, data, layers, output, parent);
        }
        finally
        {
            folder.Abandon();
        }
    }

    /// <summary>Those asked for; refuses what says nothing about any of them.</summary>
    private static IReadOnlyList<Architecture> ArchitecturesOf(SettingValues asked)
    {
        var architectures = ClassifierCatalog.Architectures(asked.TextOrNull("architecture") ?? ClassifierDefaults.Architecture);
        return ClassifierSettings.IdleForAll(asked, architectures).FirstOrDefault() is { } idle
            ? throw new UsageException($"--{idle} says nothing about --architecture {asked.TextOrNull("architecture")}.")
            : architectures;
    }

    private static long Size(ClassifierData data, IReadOnlyList<SettingLayer> layers)
    {
        var values = NewClassifier.Effective(data, layers);
        using var model = new OdeClassifier(ClassifierSettings.Read(values, data.Rows.Dimension, data.Rows.Image, data.Classes.Count), data.Mean, data.Scale);
        return model.ParameterCount;
    }

    /// <summary>The even number of channels at which an architecture has about as many parameters.</summary>
    private static IReadOnlyList<SettingLayer> Sized(ClassifierData data, IReadOnlyList<SettingLayer> layers, long target)
    {
        IReadOnlyList<SettingLayer> With(int channels) => [.. layers, new SettingLayer("").Add("channels", $"{channels}")];
        int low = 1, high = MostChannels / 2; // in pairs; the number of parameters grows with channels
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Size(data, With(2 * middle)) < target ? (middle + 1, high) : (low, middle);
        }

        return With(2 * (low > 1 && target - Size(data, With(2 * (low - 1))) < Size(data, With(2 * low)) - target ? low - 1 : low));
    }

    private static int Finish(RunFolder parent, ClassifierData data, List<ArchitectureRuns> runs, Output output)
    {
        string picture = parent.File("accuracy.png");
        JsonObject[] medians = [.. runs.Select(run => run.Median)];
        int seeds = runs[0].Reports.Count;
        FigureFile.Write(picture, new AccuracyFigure
        {
            Points = [.. medians.Select((report, i) => new AccuracyPoint(runs[i].Name, i, report["nfe"]!["test"]!.GetValue<double>(), ArchitectureRuns.Test(report, "share"), ArchitectureRuns.Test(report, "low"), ArchitectureRuns.Test(report, "high")))],
            XTitle = "evaluations of a block for a test row",
            Title = $"{data.Rows.Name}: one vector field, many schemes",
            Caption = $"test accuracy of {data.Rows.Test.Rows} rows with 95 % intervals{(seeds > 1 ? $", medians of {seeds} seeds" : "")}; {runs.Min(run => run.Parameters):N0} to {runs.Max(run => run.Parameters):N0} parameters",
        });
        var all = new JsonObject
        {
            ["folder"] = parent.Path,
            ["data"] = data.Rows.Name,
            ["architectures"] = new JsonArray([.. runs.Select((run, i) => run.ToJson(i > 0 ? runs[0] : null))]),
            ["pictures"] = new JsonArray(picture),
        };
        AtomicFile.WriteText(parent.Report, RunJson.Text(all));
        if (output.Json)
        {
            output.WriteJson(all);
            return ExitCode.Done;
        }

        output.WriteTable(Table(runs));
        if (seeds > 1)
        {
            output.Out.WriteLine($"Each row is the run of the median accuracy of {seeds} seeds{(seeds % 2 == 0 ? ", the lower one of the two in the middle" : "")}; in brackets the lowest and the highest.");
            foreach (var run in runs.Skip(1))
            {
                var over = run.Over(runs[0]);
                output.Out.WriteLine($"{run.Name} over {runs[0].Name}, {over.Pairs} pairs of equal seeds: {100 * over.Mean:+0.00;-0.00;0.00} points (95 %: {100 * over.Low:+0.00;-0.00;0.00} to {100 * over.High:+0.00;-0.00;0.00}).");
            }
        }

        output.Out.WriteLine($"Peak memory is that of the process, which trained one after another. Runs: {parent.Path}");
        output.Out.WriteLine($"Picture: {picture}");
        return ExitCode.Done;
    }

    private static Table Table(List<ArchitectureRuns> runs)
    {
        var table = Output.NewTable(("architecture", false), ("test accuracy", true), ("channels", true), ("parameters", true), ("evaluations", true), ("iterations", true), ("seconds", true), ("peak, MB", true));
        foreach (var run in runs)
        {
            var report = run.Median;
            string range = run.Reports.Count > 1 ? $" [{100 * run.Accuracies.Min():F2}, {100 * run.Accuracies.Max():F2}]" : "";
            table.AddRow([.. new[]
            {
                run.Name, ClassifierReport.Percent(report["accuracy"]!["test"]!) + range, $"{report["channels"]}", $"{run.Parameters:N0}", $"{report["nfe"]!["test"]}", $"{report["iterations"]}",
                $"{report["trainingSeconds"]!.GetValue<double>():F0}", $"{report["peakMemory"]!.GetValue<long>() / 1e6:F0}",
            }.Select(cell => new Text(cell))]);
        }

        return table;
    }
}
