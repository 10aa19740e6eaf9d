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

/// <summary>Trains every architecture at about as many parameters, each in a run of its own, and compares them.</summary>
internal static class ArchitectureSweep
{
    private const string Reference = "resnet";
    private const int MostChannels = 512;

    /// <summary>Trains them all.</summary>
    /// <param name="nameOrPath">The data.</param>
    /// <param name="path">The folder of the runs, or null for a free name.</param>
    /// <param name="given">What the user said, later layers winning.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string nameOrPath, string? path, IReadOnlyList<SettingLayer> given, Output output)
    {
        RunOrData.RequireData(nameOrPath);
        NewClassifier.RefuseForeign(given);
        var parent = RunFolder.Create(path, $"{Path.GetFileNameWithoutExtension(nameOrPath.TrimEnd('/'))}-architectures");
        try
        {
            var data = NewClassifier.Load(nameOrPath, given, output);
            long target = Size(data, Layers(given, Reference));
            var runs = KnownArchitectures.All.Select(architecture => (architecture.Name, Layers: Sized(data, Layers(given, architecture.Name), target))).ToArray();
            var reports = new List<JsonObject>();
            foreach (var (name, layers) in runs)
            {
                if (NewClassifier.Run(RunFolder.Create(parent.File(name), name), data, layers, output) is not { } report)
                {
                    return ExitCode.Interrupted;
                }

                reports.Add(report);
            }

            return Finish(parent, data, reports, output);
        }
        finally
        {
            parent.Abandon();
        }
    }

    /// <summary>What the user said of one architecture: what does not apply to it is left out.</summary>
    private static IReadOnlyList<SettingLayer> Layers(IReadOnlyList<SettingLayer> given, string name)
    {
        var architecture = KnownArchitectures.Named(name);
        var layer = SettingValues.Merge(given).ToLayer([.. ClassifierSettings.IdleFor(architecture), "architecture"]).Add("architecture", name);
        return [layer];
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

    private static int Finish(RunFolder parent, ClassifierData data, List<JsonObject> reports, Output output)
    {
        string picture = parent.File("accuracy.png");
        FigureFile.Write(picture, new AccuracyFigure
        {
            Points = [.. reports.Select((report, i) => new AccuracyPoint(report["architecture"]!.GetValue<string>(), i, report["nfe"]!["test"]!.GetValue<double>(), Of(report, "share"), Of(report, "low"), Of(report, "high")))],
            XTitle = "evaluations of a block for a test row",
            Title = $"{data.Rows.Name}: one vector field, many schemes",
            Caption = $"test accuracy of {reports[0]["rows"]!["test"]} rows with 95 % intervals; {reports.Min(Parameters):N0} to {reports.Max(Parameters):N0} parameters",
        });
        var all = new JsonObject { ["folder"] = parent.Path, ["data"] = data.Rows.Name, ["architectures"] = new JsonArray([.. reports.Select(report => report.DeepClone())]), ["pictures"] = new JsonArray(picture) };
        AtomicFile.WriteText(parent.Report, RunJson.Text(all));
        if (output.Json)
        {
            output.WriteJson(all);
            return ExitCode.Done;
        }

        var table = Output.NewTable(("architecture", false), ("test accuracy", true), ("channels", true), ("parameters", true), ("evaluations", true), ("iterations", true), ("seconds", true), ("peak, MB", true));
        foreach (var report in reports)
        {
            table.AddRow($"{report["architecture"]}", ClassifierReport.Percent(report["accuracy"]!["test"]!), $"{report["channels"]}", $"{Parameters(report):N0}", $"{report["nfe"]!["test"]}", $"{report["iterations"]}", $"{report["trainingSeconds"]!.GetValue<double>():F0}", $"{report["peakMemory"]!.GetValue<long>() / 1e6:F0}");
        }

        output.WriteTable(table);
        output.Out.WriteLine($"Peak memory is that of this process, which trained them one after another. Runs: {parent.Path}");
        output.Out.WriteLine($"Picture: {picture}");
        return ExitCode.Done;
    }

    private static double Of(JsonObject report, string name) => report["accuracy"]!["test"]![name]!.GetValue<double>();

    private static long Parameters(JsonObject report) => report["parameters"]!.GetValue<long>();
}
