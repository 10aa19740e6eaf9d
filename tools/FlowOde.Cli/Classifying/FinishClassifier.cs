using System.Diagnostics;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Cli.Verbs;
using FlowOde.Flows.Training;

namespace FlowOde.Cli.Classifying;

/// <summary>The common course of new and continued runs of classifiers: training, scores, pictures, report.</summary>
internal static class FinishClassifier
{
    /// <summary>Trains to the end, then reports.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="data">Its data.</param>
    /// <param name="output">Where to speak.</param>
    /// <param name="whole">The folder that goes on after an interrupt, where the run is one of several.</param>
    /// <returns>The report, or null where the run was interrupted and is saved.</returns>
    public static JsonObject? Train(RunFolder folder, ClassifierSession session, ClassifierData data, Output output, RunFolder? whole = null)
    {
        var clock = Stopwatch.StartNew();
        double before = session.State.Seconds;
        using var interrupt = new Interrupt(() => output.Notice($"Stopping{(session.State.IsComplete ? "" : " after this iteration")}; a second Ctrl-C ends at once."));
        var display = new ProgressDisplay(output, TrainerSettings.Read(session.Config.Values).SecondsLimit, new("cross-entropy", "nats", 1));
        if (!session.State.IsComplete)
        {
            File.Delete(folder.Report); // of a shorter run: it must not pass for this one's
        }

        try
        {
            display.Show(() => session.Train(display, output.Notice, interrupt.Token));
            interrupt.Token.ThrowIfCancellationRequested();
            if (session.State.BestValidation is null)
            {
                throw new TrainingException($"No validation gave a finite score, so '{folder.Path}' has no model. {session.LastProblem ?? "The scores were not finite."} Lower --lr, or raise --max-steps.");
            }

            if (session.Model.Warning(session.State.Best) is { } warning)
            {
                output.Notice($"Warning, of what was learnt: {warning}");
            }

            using var scorer = session.CreateScorer(interrupt.Token);
            PartScores Score(string name, DataPart part)
            {
                output.Notice($"Scoring {Quantity.Of(part.Rows, $"{name} row")}.");
                return ScoringDisplay.Show(output, $"Scoring {name} rows", part.Rows, progress => scorer.Score(part, interrupt.Token, progress));
            }

            var parts = new Dictionary<string, PartScores>
            {
                ["train"] = Score("training", data.Rows.Train),
                ["validation"] = Score("validation", data.Rows.Validation),
                ["test"] = Score("test", data.Rows.Test),
            };
            var pictures = ClassifierPictures.Write(folder, data, parts["test"], $"{data.Rows.Name}: {session.Model.Options.Architecture.Name}");
            var report = ClassifierReport.Create(folder, session, data, parts, pictures, before + clock.Elapsed.TotalSeconds);
            AtomicFile.WriteText(folder.Report, RunJson.Text(report));
            return report;
        }
        catch (OperationCanceledException)
        {
            string message = $"Interrupted after iteration {session.State.Iteration}; everything is saved. Continue with: flowode classify --resume {(whole ?? folder).Path}";
            output.Error.WriteLine(message);
            if (output.Json)
            {
                output.WriteJson(new JsonObject { ["error"] = message, ["exitCode"] = ExitCode.Interrupted, ["run"] = (whole ?? folder).Path });
            }

            return null;
        }
    }

    /// <summary>Prints a report.</summary>
    /// <returns>The exit code.</returns>
    public static int Print(JsonObject? report, Output output)
    {
        if (report is null)
        {
            return ExitCode.Interrupted;
        }

        if (output.Json)
        {
            output.WriteJson(report);
        }
        else
        {
            ClassifierReport.Print(report, output);
        }

        return ExitCode.Done;
    }
}
