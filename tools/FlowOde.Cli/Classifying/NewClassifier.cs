using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Cli.Verbs;

namespace FlowOde.Cli.Classifying;

/// <summary>Begins a run of a classifier: everything is checked before the folder holds anything.</summary>
internal static class NewClassifier
{
    /// <summary>Trains a fresh classifier.</summary>
    /// <param name="nameOrPath">The data.</param>
    /// <param name="runPath">The folder, or null for a free name.</param>
    /// <param name="given">What the user said, later layers winning.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The report, or null where the run was interrupted and is saved.</returns>
    public static JsonObject? Run(string nameOrPath, string? runPath, IReadOnlyList<SettingLayer> given, Output output)
    {
        RunOrData.RequireData(nameOrPath);
        RefuseForeign(given);
        var folder = RunFolder.Create(runPath, Path.GetFileNameWithoutExtension(nameOrPath.TrimEnd('/')));
        try
        {
            return Run(folder, Load(nameOrPath, given, output), given, output);
        }
        finally
        {
            folder.Abandon();
        }
    }

    /// <summary>Trains a fresh classifier on data that were read.</summary>
    /// <param name="folder">The run's empty folder.</param>
    /// <param name="data">The data.</param>
    /// <param name="given">What the user said, later layers winning.</param>
    /// <param name="output">Where to speak.</param>
    /// <param name="whole">The folder that goes on after an interrupt, where the run is one of several.</param>
    /// <returns>The report, or null where the run was interrupted and is saved.</returns>
    public static JsonObject? Run(RunFolder folder, ClassifierData data, IReadOnlyList<SettingLayer> given, Output output, RunFolder? whole = null)
    {
        var config = ConfigOf(data, given);
        var values = config.Values;
        using var session = new ClassifierSession(folder, config, data, TorchStart.Find(values.Text("device")));
        session.Warn(output.Notice);
        using var held = RunLock.Take(folder);
        config.Write(folder);
        output.Notice($"Training {values.Text("architecture")} on {data.Rows.Name}: {data.Rows.TrainRows} rows of {data.Classes.Count} classes, {session.Model.ParameterCount:N0} parameters, run {folder.Path}.");
        try
        {
            return FinishClassifier.Train(folder, session, data, output, whole);
        }
        catch (ArgumentException) when (session.State.Iteration == 0)
        {
            folder.Discard(); // settings that not even the first step can be made with
            throw;
        }
    }

    /// <summary>Refuses settings that not even the first step can be made with; nothing is written.</summary>
    /// <exception cref="ArgumentException">The settings do not fit together, or do not fit the data.</exception>
    public static void Check(RunFolder folder, ClassifierData data, IReadOnlyList<SettingLayer> given)
    {
        var config = ConfigOf(data, given);
        new ClassifierSession(folder, config, data, TorchStart.Find(config.Values.Text("device"))).Dispose();
    }

    /// <summary>Reads the data of a new run.</summary>
    public static ClassifierData Load(string nameOrPath, IReadOnlyList<SettingLayer> given, Output output)
    {
        var asked = SettingValues.Merge(given);
        return ClassifierData.Load(nameOrPath, asked, image => SettingValues.Merge([ClassifierDefaults.For(image, null, asked), .. given]), output.Notice);
    }

    /// <summary>What holds for a run on these data.</summary>
    /// <exception cref="UsageException">Settings do not fit the data, or would have no effect.</exception>
    public static SettingValues Effective(ClassifierData data, IReadOnlyList<SettingLayer> given)
    {
        var asked = SettingValues.Merge(given);
        var values = SettingValues.Merge([ClassifierDefaults.For(data.Rows.Image, data.Rows.TrainRows, asked), .. given]);
        ClassifierSettings.RefuseIdle(asked, values, data.Rows.Image);
        return data.Rows.TrainRows is { } rows && values.Integer("batch") > rows
            ? throw new UsageException($"--batch {values.Integer("batch")} is more than the {rows} training rows; give {rows} or less.")
            : values;
    }

    /// <summary>The configuration of a run on these data.</summary>
    /// <exception cref="UsageException">Settings do not fit the data, or would have no effect.</exception>
    public static RunConfig ConfigOf(ClassifierData data, IReadOnlyList<SettingLayer> given) =>
        new(data.Rows.Address, data.Digest, data.Rows.Columns, Effective(data, given)) { Image = data.Rows.Image, Classes = data.Classes };

    /// <summary>Refuses settings that only flows have.</summary>
    public static void RefuseForeign(IReadOnlyList<SettingLayer> given)
    {
        if (given.SelectMany(layer => layer.Values.Keys).FirstOrDefault(name => !ClassifierCatalog.Has(name)) is { } foreign)
        {
            throw new UsageException($"'{foreign}' is a setting of densities; `flowode train` fits those.");
        }
    }
}
