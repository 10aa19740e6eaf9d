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
}
