using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Verbs;

namespace FlowOde.Cli.Training;

/// <summary>Begins a run: everything is checked before the folder holds anything.</summary>
internal static class NewTraining
{
    /// <summary>Trains.</summary>
    /// <param name="nameOrPath">The data.</param>
    /// <param name="runPath">The folder, or null for a free name.</param>
    /// <param name="given">What the user said, later layers winning.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string nameOrPath, string? runPath, IReadOnlyList<SettingLayer> given, Output output)
    {
        RunOrData.RequireData(nameOrPath);
        var asked = SettingValues.Merge(given);
        var folder = RunFolder.Create(runPath, Path.GetFileNameWithoutExtension(nameOrPath));
        try
        {
            var source = DataLoader.Open(nameOrPath, asked, output.Notice);
            var early = SettingValues.Merge([TrainDefaults.For(new(source.ColumnCount, null, false)), .. given]);
            var data = DataLoader.Prepare(source, nameOrPath, early);
            int wide = Standardization.ColumnThatNeedsDouble(data.Standardize, data.Train);
            var values = SettingValues.Merge([TrainDefaults.For(new(data.Dimension, data.TrainRows, wide >= 0)), .. given, .. Plan(asked)]);
            if (values.Text("trace") == "exact" && Array.Find(["probes", "probe-distribution"], asked.Has) is { } idle)
            {
                throw new UsageException($"--{idle} says nothing about the exact trace, which is used here; add --trace hutchinson.");
            }

            Check(values, data, wide);
            var device = TorchStart.Find(values.Text("device"));
            var config = new RunConfig(data.Address, data.Digest, data.Columns, values);
            using var session = new TrainSession(folder, config, data, device);
            using var held = RunLock.Take(folder);
            config.Write(folder);
            output.Notice($"Training on {data.Name}: {data.Dimension} columns, {(data.TrainRows is { } rows ? $"{rows} rows" : "fresh rows at every step")}, {session.Model.Layout.Segments.Sum(s => s.Length)} parameters, run {folder.Path}.");
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

    private static void Check(SettingValues values, TrainingData data, int wide)
    {
        if (data.TrainRows is { } rows && values.Integer("batch") > rows)
        {
            throw new Failures.UsageException($"--batch {values.Integer("batch")} is more than the {rows} training rows; give {rows} or less.");
        }

        if (wide >= 0 && values.Text("dtype") == "float32")
        {
            throw new Failures.UsageException($"Column '{data.Columns[wide]}' has mean {data.Standardize.Mean[wide]:G6} and spread {data.Standardize.Scale[wide]:G6}: float32 keeps too few digits of it. Use --dtype float64, or subtract an offset.");
        }
    }
}
