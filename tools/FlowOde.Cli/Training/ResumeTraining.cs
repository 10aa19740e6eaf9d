using FlowOde.Cli.Failures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Verbs;
using FlowOde.Flows.Training;

namespace FlowOde.Cli.Training;

/// <summary>Continues a run from its folder alone.</summary>
internal static class ResumeTraining
{
    /// <summary>Trains on.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="flags">At most minutes, iterations and threads.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    public static int Run(RunFolder folder, SettingLayer flags, Output output)
    {
        using var held = RunLock.Take(folder);
        var saved = RunConfig.Read(folder);
        if (!File.Exists(folder.State) && File.Exists(folder.Model))
        {
            throw new UsageException($"'{folder.State}' is missing, so the run cannot be continued; sample and score still work with its model. Train anew for a new run.");
        }

        var values = SettingValues.Merge(saved.Values.ToLayer(), flags);
        NoticeThreads(saved.Values, flags, values, output);

        var data = DataLoader.Prepare(DataLoader.Open(saved.Data, saved.Values, _ => { }), saved.Data, saved.Values);
        saved.RequireData(data.Digest, "train anew");

        var device = TorchStart.Find(values.Text("device"));
        var config = saved with { Values = values };
        using var session = new TrainSession(folder, config, data, device);
        session.Resume();
        var state = session.State;
        if (flags.Values.ContainsKey("iterations") || flags.Values.ContainsKey("minutes"))
        {
            Extend(state, values);
            StateStore.Write(folder, state); // first the state: its plan says how far the run goes, whatever the configuration
            config.Write(folder);
        }

        output.Notice(state.IsComplete
            ? $"Training of {folder.Path} is complete after {state.Iteration} iterations; --iterations or --minutes with a larger total goes on."
            : $"Continuing {folder.Path} after iteration {state.Iteration}.");
        if (state.IsComplete && File.Exists(folder.Report))
        {
            return Finish.Repeat(folder, output);
        }

        return Finish.Train(folder, session, data, device, output);
    }

    /// <summary>Says that another number of threads changes last digits.</summary>
    public static void NoticeThreads(SettingValues saved, SettingLayer flags, SettingValues values, Output output)
    {
        if (flags.Values.ContainsKey("threads") && values.Integer("threads") != saved.Integer("threads"))
        {
            output.Notice($"Threads change from {saved.Integer("threads")} to {values.Integer("threads")}: sums are taken in another order, so numbers will differ in their last digits.");
        }
    }

    /// <summary>Gives the run a new length, decided here and now.</summary>
    public static void Extend(TrainingState state, SettingValues values)
    {
        long total = values.Has("iterations") ? values.Integer("iterations") : TotalFor(state, 60 * values.Number("minutes"));
        if (total <= state.Iteration)
        {
            throw new UsageException($"The run has made {state.Iteration} iterations in {state.Seconds / 60:F2} minutes of training already; give larger totals.");
        }

        var kept = state.Plan.Decisions.Where(decision => decision.From < state.Iteration);
        state.Plan = new() { Decisions = state.Iteration == 0 ? [new(0, total)] : [.. kept, new(state.Iteration, total)] };
        state.IsComplete = false;
        state.RateMark = (state.Seconds, state.Iteration);
    }

    private static long TotalFor(TrainingState state, double seconds) => state.Iteration == 0
        ? IterationPlan.Timed.TotalAt(0)
        : (long)(state.Iteration * seconds / Math.Max(1e-9, state.Seconds));
}
