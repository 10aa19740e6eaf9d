using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Cli.Verbs;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Classification.Chains;
using FlowOde.Samplers.Drawing;
using FlowOde.Solvers.StepSizeControllers;
using Spectre.Console;
using static TorchSharp.torch;

namespace FlowOde.Cli.Classifying;

/// <summary>
/// Adaptive depth: one trained block solved again by other methods, tolerances and numbers of steps, and what that does to accuracy. A network is
/// a solved equation if finer steps leave its answers as they are.
/// </summary>
internal static class DepthEvaluation
{
    private const int MostSingleRows = 1000;
    private const int Shown = 10;

    /// <summary>Solves again, and writes <c>depth.json</c> and pictures into the run.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="options">In which ways.</param>
    /// <param name="threads">Threads, or null for those of the run.</param>
    /// <param name="output">Where to speak.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">The run has more than one block.</exception>
    public static int Run(RunFolder folder, DepthOptions options, long? threads, Output output)
    {
        using var loaded = ClassifierStore.Read(folder);
        var (config, shape) = (loaded.Config, loaded.Model.Options);
        if (!shape.Architecture.ChoosesSteps && (!shape.IsShared || shape.Architecture.Method is null))
        {
            throw new UsageException($"'{folder.Path}' has blocks of its own for each step, so that no other steps can be made with them. --evaluate is for ode-net, anode, and other solvers' architectures trained with --shared.");
        }

        var test = ClassifiedRows.Test(config).Part;
        using var interrupt = new Interrupt(() => output.Notice("Stopping; a second Ctrl-C ends at once."));
        var own = ClassifierSettings.Solve(config.Values, interrupt.Token);
        using var continuous = new OdeClassifier(shape with { Architecture = KnownArchitectures.Named(shape.Architecture.IsAugmented ? "anode" : "ode-net") }, loaded.Model.Mean, loaded.Model.Scale);
        PartScores Score(string way, OdeClassifier model, ClassifierSolve solve, DataPart rows, int chunk = 200)
        {
            using var scorer = new ClassifierScorer(model.Bind(loaded.Parameters, solve, isTrained: false), config.Classes!.Count, (int)(threads ?? config.Values.Integer("threads")), loaded.Parameters.DType, CPU);
            return ScoringDisplay.Show(output, $"Solving {way}, rows", rows.Rows, progress => scorer.Score(rows, chunk, interrupt.Token, progress));
        }

        output.Notice($"Solving the block of {folder.Path} for {test.Rows} test rows.");
        var trained = Score("as trained", loaded.Model, own, test);
        var points = new List<DepthPoint>();
        foreach (var (solver, steps, tolerance) in options.Ways(shape.Architecture.ChoosesSteps ? own.Stepper : null))
        {
            var scores = Score($"by {solver.Name}", continuous, own with { Stepper = solver, Controller = Controller(steps, tolerance, loaded.Parameters.DType) }, test);
            points.Add(new(solver.Name, steps, tolerance, scores, (double)scores.Predicted.Zip(trained.Predicted, (a, b) => a == b ? 1 : 0).Sum() / test.Rows));
        }

        // Rows of a chunk share their steps; alone each takes its own.
        var chosen = test.AtMost(MostSingleRows);
        var single = shape.Architecture.ChoosesSteps && own.Controller.Tolerances is not null ? Score("alone", loaded.Model, own, chosen, chunk: 1) : null;
        return Finish(loaded, chosen, trained, points, single, output);
    }

    private static IStepSizeController Controller(int? steps, double? tolerance, ScalarType dtype) => steps is { } count
        ? new ConstantStep(count)
        : new PidController { Tolerances = SolveSettings.Reachable(new(tolerance!.Value, tolerance.Value), dtype, "--tolerances") };

    private static int Finish(LoadedClassifier loaded, DataPart alone, PartScores trained, List<DepthPoint> points, PartScores? single, Output output)
    {
        var folder = loaded.Folder;
        string name = $"{Path.GetFileName(folder.Path)}: {loaded.Model.Options.Architecture.Name}";
        string picture = folder.File("depth.png");
        string[] series = [.. points.Select(point => point.Series(points)).Distinct()];
        FigureFile.Write(picture, new AccuracyFigure
        {
            Points = [.. points.Select(point => (Point: point, Share: point.Scores.Accuracy)).Select(entry => new AccuracyPoint(entry.Point.Series(points), Array.IndexOf(series, entry.Point.Series(points)), entry.Point.Scores.MeanEvaluations, entry.Share.Share, entry.Share.Low, entry.Share.High))],
            XTitle = "evaluations of the block for a test row",
            Title = $"{name}, solved in other ways",
            Caption = $"accuracy of {trained.Rows} test rows with 95 % intervals; as trained {100 * trained.Accuracy.Share:F2} % at {trained.MeanEvaluations:F1} evaluations",
        });
        var report = new JsonObject
        {
            ["run"] = folder.Path,
            ["architecture"] = loaded.Model.Options.Architecture.Name,
            ["rows"] = trained.Rows,
            ["trained"] = new JsonObject { ["nfe"] = Math.Round(trained.MeanEvaluations, 2), ["accuracy"] = ClassifierReport.Share(trained.Accuracy) },
            ["solved"] = new JsonArray([.. points.Select(point => point.ToJson(points))]),
            ["pictures"] = new JsonArray(picture),
        };
        if (single is not null)
        {
            AddSingle(report, loaded, alone, single, name);
        }

        AtomicFile.WriteText(folder.File("depth.json"), RunJson.Text(report));
        Print(report, points, output);
        return ExitCode.Done;
    }

    /// <summary>Evaluations of rows that are solved alone: how many rows take how many, whether that tells mistakes, and of images the extremes.</summary>
    private static void AddSingle(JsonObject report, LoadedClassifier loaded, DataPart test, PartScores single, string name)
    {
        double Mean(bool right) => single.Labelled.Where(row => single.Predicted[row] == single.Labels[row] == right).Select(row => (double)single.Evaluations[row]).DefaultIfEmpty(double.NaN).Average();
        var groups = single.Labelled.GroupBy(row => single.Evaluations[row]).OrderBy(group => group.Key).ToArray();
        report["alone"] = new JsonObject
        {
            ["rows"] = single.Rows,
            ["rowsByEvaluations"] = new JsonObject([.. groups.Select(group => KeyValuePair.Create<string, JsonNode?>($"{group.Key}", group.Count()))]),
            ["mean"] = Math.Round(single.MeanEvaluations, 3),
            ["meanOfRecognised"] = RunJson.Number(Mean(true)),
            ["meanOfMistaken"] = RunJson.Number(Mean(false)),
            ["accuracy"] = ClassifierReport.Share(single.Accuracy),
        };
        string histogram = loaded.Folder.File("evaluations.png");
        FigureFile.Write(histogram, new HistogramFigure
        {
            Bars = [.. groups.Select(group => (group.Key, Right: group.Count(row => single.Predicted[row] == single.Labels[row]), All: group.Count())).Select(bar => new HistogramBar(bar.Key, [bar.Right, bar.All - bar.Right]))],
            Parts = ["recognised", "mistaken"],
            XTitle = "evaluations of the block, each row solved alone",
            YTitle = "test rows",
            Title = name,
            Caption = $"{single.Rows} test rows: mean {single.MeanEvaluations:F1} evaluations{(Mean(false) is var mistaken && double.IsFinite(mistaken) ? $", of recognised rows {Mean(true):F1}, of mistaken ones {mistaken:F1}" : "")}",
        });
        report["pictures"]!.AsArray().Add(histogram);
        if (loaded.Config.Image is not { } image || test.Rows < 2)
        {
            return;
        }

        int columns = Math.Min(Shown, test.Rows / 2);
        int[] order = [.. Enumerable.Range(0, test.Rows).OrderBy(row => single.Evaluations[row])];
        int[] chosen = [.. order.Take(columns), .. order.TakeLast(columns).Reverse()];
        string path = loaded.Folder.File("easy-and-hard.png");
        FigureFile.Write(path, new ImageGridFigure
        {
            Images = ClassifierPictures.Chosen(test, chosen).ToImages(image),
            Columns = columns,
            Captions = [.. chosen.Select(row => $"{single.Evaluations[row]}")],
            Title = name,
            Caption = "above the images of the fewest evaluations, below those of the most",
        });
        report["pictures"]!.AsArray().Add(path);
    }

    private static void Print(JsonObject report, List<DepthPoint> points, Output output)
    {
        if (output.Json)
        {
            output.WriteJson(report);
            return;
        }

        output.Out.WriteLine($"As trained: {ClassifierReport.Percent(report["trained"]!["accuracy"]!)} of {report["rows"]} test rows at {report["trained"]!["nfe"]} evaluations");
        var table = Output.NewTable(("solver", false), ("steps", false), ("evaluations", true), ("accuracy", true), ("as trained", true), ("cross-entropy, nats", true));
        foreach (var point in points)
        {
            table.AddRow(point.Solver, point.Choice, $"{point.Scores.MeanEvaluations:F1}", ClassifierReport.Percent(ClassifierReport.Share(point.Scores.Accuracy)), $"{100 * point.Agreement:F1} %", $"{point.Scores.CrossEntropy.Mean:F4}");
        }

        output.WriteTable(table);
        if (report["alone"] is { } alone)
        {
            output.Out.WriteLine($"{alone["rows"]} rows solved alone, by evaluations: {string.Join(", ", alone["rowsByEvaluations"]!.AsObject().Select(entry => $"{entry.Key}: {entry.Value}"))}; mean of recognised rows {alone["meanOfRecognised"]?.GetValue<double>():F2}, of mistaken ones {alone["meanOfMistaken"]?.GetValue<double>():F2}");
        }

        foreach (var picture in report["pictures"]!.AsArray())
        {
            output.Out.WriteLine($"Picture: {picture}");
        }
    }
}
