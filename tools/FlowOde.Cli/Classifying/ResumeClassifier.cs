using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Cli.Verbs;

namespace FlowOde.Cli.Classifying;

/// <summary>Continues a classifier's run from its folder alone.</summary>
internal static class ResumeClassifier
{
    /// <summary>Trains on.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="flags">At most minutes, iterations and threads.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    public static int Run(RunFolder folder, SettingLayer flags, Output output)
    {
        using var held = RunLock.Take(folder);
        var saved = RunConfig.ReadClassifier(folder);
        if (!File.Exists(folder.State) && File.Exists(folder.Model))
        {
            throw new UsageException($"'{folder.State}' is missing, so the run cannot be continued; score still works with its model. Train anew for a new run.");
        }

        var values = SettingValues.Merge(saved.Values.ToLayer(), flags);
        ResumeTraining.NoticeThreads(saved.Values, flags, values, output);
        var data = ClassifierData.Load(saved.Data, saved.Values, _ => saved.Values, _ => { });
        saved.RequireData(data.Digest, "train anew");

        var config = saved with { Values = values };
        using var session = new ClassifierSession(folder, config, data, TorchStart.Find(values.Text("device")));
        session.Resume();
        session.Warn(output.Notice);
        if (flags.Values.ContainsKey("iterations") || flags.Values.ContainsKey("minutes"))
        {
            ResumeTraining.Extend(session.State, values);
            StateStore.Write(folder, session.State); // first the state: its plan says how far the run goes, whatever the configuration
            config.Write(folder);
        }

        output.Notice(session.State.IsComplete
            ? $"Training of {folder.Path} is complete after {session.State.Iteration} iterations; --iterations or --minutes with a larger total goes on."
            : $"Continuing {folder.Path} after iteration {session.State.Iteration}.");
        if (session.State.IsComplete && File.Exists(folder.Report))
        {
            Finish.Repeat(folder, report => FinishClassifier.Print(report, output));
            return ExitCode.Done;
        }

        return FinishClassifier.Print(FinishClassifier.Train(folder, session, data, output), output);
    }

    /// <summary>Brings one of several runs to its end: from its report where it has one, else by training on.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="expected">The configuration that it must have begun with.</param>
    /// <param name="data">The data.</param>
    /// <param name="output">Where to speak.</param>
    /// <param name="whole">The folder of all of them, which goes on after an interrupt.</param>
    /// <returns>The report, or null where the run was interrupted and is saved.</returns>
    /// <exception cref="UsageException">The run began with other data or settings, or was continued to other totals.</exception>
    public static JsonObject? Complete(RunFolder folder, RunConfig expected, ClassifierData data, Output output, RunFolder whole)
    {
        using var held = RunLock.Take(folder);
        var saved = RunConfig.ReadClassifier(folder);
        saved.RequireData(expected.Digest, "choose another --run");
        if (ConfigFile.Difference(saved.Values, expected.Values) is { } changed)
        {
            throw new UsageException($"'{folder.Path}' was trained with other settings than its comparison has: {changed}. Remove the folder to train it anew, or choose another --run.");
        }

        if (File.Exists(folder.Report))
        {
            JsonObject? finished = null;
            Finish.Repeat(folder, report => finished = ArchitectureRuns.Checked(report));
            output.Notice($"{folder.Path} is finished after {finished!["iterations"]} iterations.");
            return finished;
        }

        using var session = new ClassifierSession(folder, saved, data, TorchStart.Find(saved.Values.Text("device")));
        session.Resume();
        session.Warn(output.Notice);
        output.Notice($"Continuing {folder.Path} after iteration {session.State.Iteration}.");
        return FinishClassifier.Train(folder, session, data, output, whole);
    }
}
