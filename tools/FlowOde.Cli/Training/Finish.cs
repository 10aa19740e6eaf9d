using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Verbs;
using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>The common course of new and continued runs: training, scores, pictures, report.</summary>
internal static class Finish
{
    /// <summary>Trains to the end, then reports.</summary>
    /// <returns>The exit code.</returns>
    public static int Train(RunFolder folder, TrainSession session, TrainingData data, Device device, Output output)
    {
        var clock = Stopwatch.StartNew();
        double before = session.State.Seconds;
        using var interrupt = new Interrupt(() => output.Notice("Stopping after this iteration; a second Ctrl-C ends at once."));
        var display = new ProgressDisplay(output, TrainerSettings.Read(session.Config.Values).SecondsLimit, ScoreUnit.Of(session.Config.Values, data.Image));
        var previews = new Previews(folder, session.Config, device, output.Notice);
        if (!session.State.IsComplete)
        {
            File.Delete(folder.Report); // of a shorter run: it must not pass for this one's
        }

        try
        {
            display.Show(() => session.Train(display, previews.Draw, interrupt.Token));
            interrupt.Token.ThrowIfCancellationRequested();
            if (session.State.BestValidation is null)
            {
                throw new Flows.Training.TrainingException($"No validation gave a finite score, so '{folder.Path}' has no model. {session.LastProblem ?? "The scores were not finite."} Lower --lr, raise --max-steps, or look for extreme values in the data.");
            }

            var report = Report(folder, session, data, device, output, () => before + clock.Elapsed.TotalSeconds, interrupt.Token);
            Print(report, output);
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            string message = $"Interrupted after iteration {session.State.Iteration}; everything is saved. Continue with: flowode train --resume {folder.Path}";
            output.Error.WriteLine(message);
            if (output.Json)
            {
                output.WriteJson(new JsonObject { ["error"] = message, ["exitCode"] = ExitCode.Interrupted, ["run"] = folder.Path });
            }

            return ExitCode.Interrupted;
        }
    }

    /// <summary>Prints the report that a finished run has.</summary>
    /// <returns>The exit code.</returns>
    public static int Repeat(RunFolder folder, Output output)
    {
        Repeat(folder, report => Print(report, output));
        return ExitCode.Done;
    }

    /// <summary>Does something with the report that a finished run has.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="print">What to do.</param>
    /// <exception cref="UsageException">The report is damaged.</exception>
    public static void Repeat(RunFolder folder, Action<JsonObject> print)
    {
        try
        {
            print(JsonNode.Parse(File.ReadAllText(folder.Report))!.AsObject());
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new UsageException($"{folder.Report} is damaged: {problem.Message} Delete it, and --resume makes it again.", problem);
        }
    }

    private static JsonObject Report(RunFolder folder, TrainSession session, TrainingData data, Device device, Output output, Func<double> seconds, CancellationToken stop)
    {
        var (state, values) = (session.State, session.Config.Values);
        IRunScores scores = data.Image is null
            ? FinalScores.Compute(session.Best, data, values, device, output.Notice, stop)
            : ImageScores.Compute(session.Best, data, values, device, output.Notice, stop);
        output.Notice("Drawing.");
        var loss = new LossBook(folder, ScoreUnit.Of(values, data.Image), data.Name, scores.Caption);
        var pictures = data.Image is { } image
            ? RunPictures.Write(folder, new ImageBook(new ImageView(session.Best, values, image, device) { Stop = stop }, data.Name, scores.Caption), loss)
            : RunPictures.Write(folder, new FigureBook(new ModelView(session.Best, values, data.Columns, device) { Stop = stop }, data, data.Name, scores.Caption), loss, data.Dimension);
        var report = RunReport.Create(folder, session.Config, data, session.Model, state, scores, pictures, seconds());
        AtomicFile.WriteText(folder.Report, RunJson.Text(report));
        return report;
    }

    private static void Print(JsonObject report, Output output)
    {
        if (output.Json)
        {
            output.WriteJson(report);
        }
        else
        {
            Summary.Write(report, output);
        }
    }
}
