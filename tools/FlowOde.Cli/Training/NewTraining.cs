using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Verbs;

namespace FlowOde.Cli.Training;

/// <summary>Begins a run: everything is checked before the folder holds anything.</summary>
internal static class NewTraining
{
    /// <summary>Trains a fresh model.</summary>
    /// <param name="nameOrPath">The data.</param>
    /// <param name="runPath">The folder, or null for a free name.</param>
    /// <param name="given">What the user said, later layers winning.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string nameOrPath, string? runPath, IReadOnlyList<SettingLayer> given, Output output)
    {
        RunOrData.RequireData(nameOrPath);
        return Run(nameOrPath, runPath, given, null, output);
    }

    /// <summary>Trains a run's model on in a run of its own, on the same rows.</summary>
    /// <param name="from">The run.</param>
    /// <param name="runPath">The folder, or null for a free name.</param>
    /// <param name="given">What the user said, later layers winning.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    public static int RunFrom(RunFolder from, string? runPath, IReadOnlyList<SettingLayer> given, Output output)
    {
        var saved = RunConfig.Read(from);
        var asked = SettingValues.Merge(given);
        string[] kept = [.. SettingCatalog.Fixed, "seed", "dtype"];
        if (Array.Find(kept, asked.Has) is { } name)
        {
            throw new UsageException($"--{name} cannot be given with --from: the model of '{from.Path}' has it already, and its rows must stay split as they are. Leave it out, or train anew.");
        }

        var inherited = new SettingLayer("");
        foreach (var (setting, values) in saved.Values.All.Where(entry => kept.Contains(entry.Key)))
        {
            inherited.Add(setting, values.Count == 0 ? [ModelSettings.None] : values);
        }

        return Run(saved.Data, runPath, [inherited, .. given], (from, saved.Digest), output);
    }

    private static int Run(string nameOrPath, string? runPath, IReadOnlyList<SettingLayer> given, (RunFolder Folder, string Digest)? from, Output output)
    {
        var asked = SettingValues.Merge(given);
        if (ClassifierCatalog.All.FirstOrDefault(setting => asked.Has(setting.Name)) is { } foreign)
        {
            throw new UsageException($"'{foreign.Name}' is a setting of classifiers; `flowode classify` trains them.");
        }

        var folder = RunFolder.Create(runPath, from is { } begun ? Path.GetFileName(begun.Folder.Path) : Path.GetFileNameWithoutExtension(nameOrPath.TrimEnd('/')));
        try
        {
            var source = DataLoader.Open(nameOrPath, asked, output.Notice);
            var early = SettingValues.Merge([TrainDefaults.For(DataFacts.Of(source), asked), .. given]);
            var data = DataLoader.Prepare(source, nameOrPath, early);
            if (from is { } origin && origin.Digest != data.Digest)
            {
                throw new UsageException($"The data '{nameOrPath}' have changed since '{origin.Folder.Path}' was trained (digest {data.Digest[..12]}…, then {origin.Digest[..12]}…), so held-out rows could have been seen. Restore them, or train anew.");
            }

            var values = SettingValues.Merge([TrainDefaults.For(DataFacts.Of(data), asked), .. given, .. Plan(asked)]);
            if (values.Text("trace") == "exact" && Array.Find(["probes", "probe-distribution"], asked.Has) is { } idle)
            {
                throw new UsageException($"--{idle} says nothing about the exact trace, which is used here; add --trace hutchinson.");
            }

            var chosen = SettingValues.Merge(from is null ? given : given.Skip(1));
            ObjectiveSettings.RefuseIdle(chosen, values.Text("objective"));
            ModelSettings.RefuseIdle(chosen, values);
            Check(values, data);
            var device = TorchStart.Find(values.Text("device"));
            var config = new RunConfig(data.Address, data.Digest, data.Columns, values) { Image = data.Image };
            using var session = new TrainSession(folder, config, data, device, from?.Folder);
            ObjectiveSettings.RequireFit(values, session.Model);
            using var held = RunLock.Take(folder);
            config.Write(folder);
            output.Notice($"Training on {data.Name}: {(data.Image is { } image ? $"images of {image.Shape}" : $"{data.Dimension} columns")}, {(data.TrainRows is { } rows ? $"{rows} rows" : "fresh rows at every step")}, {session.Model.Layout.Segments.Sum(s => s.Length)} parameters, run {folder.Path}.");
            try
            {
                return Finish.Train(folder, session, data, device, output);
            }
            catch (ArgumentException) when (session.State.Iteration == 0)
            {
                folder.Discard(); // settings that not even the first step can be made with, such as too small a budget
                throw;
            }
        }
        finally
        {
            folder.Abandon();
        }
    }

    /// <summary>The plan's content in place of its path, so that the run needs the file no more.</summary>
    private static IEnumerable<SettingLayer> Plan(SettingValues asked)
    {
        if (asked.TextOrNull("plan") is { } plan)
        {
            yield return new SettingLayer("").Add("plan", File.Exists(plan) ? PlanText.Read(plan) : PlanText.Write(PlanText.Parse(plan)));
        }
    }

    private static void Check(SettingValues values, TrainingData data)
    {
        if (data.TrainRows is { } rows && values.Integer("batch") > rows)
        {
            throw new UsageException($"--batch {values.Integer("batch")} is more than the {rows} training rows; give {rows} or less.");
        }

        if (values.Text("dtype") == "float32" && Standardization.ColumnThatNeedsDouble(data) is >= 0 and var wide)
        {
            throw new UsageException($"Column '{data.Columns[wide]}' has mean {data.Standardize!.Mean[wide]:G6} and spread {data.Standardize.Scale[wide]:G6}: float32 keeps too few digits of it. Use --dtype float64, or subtract an offset.");
        }
    }
}
