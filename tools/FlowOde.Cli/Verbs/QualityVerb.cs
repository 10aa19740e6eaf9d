using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Quality;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Training;

namespace FlowOde.Cli.Verbs;

/// <summary><c>quality</c>: how good the samples of a model of images are.</summary>
internal sealed class QualityVerb : Verb
{
    private const int UsualCount = 1000;
    private const int Fewest = 100;
    private const int FewestReal = 12;
    private const int Shown = 10;

    private readonly Argument<string> _run = new("RUN") { Description = "the folder of a run of images" };
    private readonly Option<string> _count = Text("--count", "N", $"samples to draw; {UsualCount} by default, at least {Fewest}");
    private readonly Option<string> _seed = Text("--seed", "N", "decides the samples; 0 by default");
    private readonly Option<string> _guidance = Text("--guidance", "W", "weight of classifier-free guidance; 0 measures the model itself");
    private readonly Option<string> _out = Text("--out", "FILE", "a picture of samples above the training images nearest to them; RUN/nearest.png by default");
    private readonly ModelOptions _model = new("solver", "rtol", "atol", "steps", "device", "threads");

    /// <summary>Lays out the options.</summary>
    public QualityVerb()
    {
        Command = new("quality", "Measures the samples of a model of images, by a classifier trained on the run's own images and by pixels.") { _run, _count, _seed, _guidance, _out };
        _model.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["flowode quality runs/digits", "flowode quality runs/mnist --count 2000 --guidance 1 --json"];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        int count = (int)(Numbers.Integer(parsed.GetValue(_count), "--count", Fewest, 1_000_000) ?? UsualCount);
        long seed = Numbers.Integer(parsed.GetValue(_seed), "--seed", 0, long.MaxValue) ?? 0;
        double guidance = Guidance.Read(parsed.GetValue(_guidance));
        var folder = RunOrData.Run(parsed.GetRequiredValue(_run));
        var config = RunConfig.Read(folder);
        var image = config.Image ?? throw new UsageException($"'{folder.Path}' is a model of columns; quality is for models of images. `flowode score {folder.Path} --check` checks a density.");
        string path = parsed.GetValue(_out) ?? folder.File("nearest.png");
        OutputPath.Check(path);
        FigureFile.RequireFormat(path);
        var data = (ImageTrainingData)DataLoader.Prepare(DataLoader.Open(config.Data, config.Values, _ => { }), config.Data, config.Values);
        if (data.Digest != config.Digest)
        {
            throw new UsageException($"The data '{config.Data}' have changed since the run; restore them.");
        }

        if (Math.Min(data.Test.Rows, data.Validation.Rows) < FewestReal)
        {
            throw new UsageException($"quality compares samples with real images: the run has {data.Test.Rows} for the test and {data.Validation.Rows} for validation; expected {FewestReal} or more of each.");
        }

        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        using var loaded = _model.Load(parsed, folder, out var values, out var device);
        Guidance.Require(guidance, loaded, folder, output.Notice);

        int threads = (int)values.Integer("threads");
        using var classifier = image.Classes.Count > 1 ? RunClassifier.Get(folder, data, (ulong)config.Values.Integer("seed"), threads, output.Notice, interrupt.Token) : null;
        var view = new ImageView(loaded.Trained, values, image, device) { Seed = (ulong)seed, Guidance = guidance, IsAsTyped = _model.IsGiven(parsed, "rtol", "atol"), Stop = interrupt.Token };
        output.Notice($"Drawing {count} samples.");
        var samples = view.Sample(view.ClassesInTurn(count));
        var measures = QualityMeasures.Of(samples, data, classifier);
        var report = measures.ToJson(image);
        report["run"] = folder.Path;
        report["seed"] = seed;
        report["guidance"] = guidance;
        AtomicFile.WriteText(folder.File("quality.json"), RunJson.Text(report));
        FigureFile.Write(path, Nearest(view, samples, measures, data, Path.GetFileName(folder.Path)));
        report["picture"] = path;
        if (output.Json)
        {
            output.WriteJson(report);
        }
        else
        {
            Print(report, output);
        }

        return ExitCode.Done;
    }

    private static Samplers.Drawing.IFigure Nearest(ImageView view, DataPart samples, QualityMeasures measures, ImageTrainingData data, string name)
    {
        int shown = Math.Min(Shown, samples.Rows), length = samples.Dimension;
        var values = new double[2 * shown * length];
        samples.Values.AsSpan(0, shown * length).CopyTo(values);
        for (int i = 0; i < shown; i++)
        {
            data.CopySeenRow(measures.Memorization.Nearest[i], values.AsSpan((shown + i) * length, length));
        }

        return new ImageBook(view, name, "above samples, below the training images nearest to them").Grid(new(values, [], length), shown, null, null);
    }

    private static void Print(JsonObject report, Output output)
    {
        if (report["classifierAccuracy"] is { } accuracy)
        {
            output.Out.WriteLine($"Classifier on real test images: {Percent(accuracy)}");
        }

        if (report["recognised"] is { } recognised)
        {
            output.Out.WriteLine($"Samples taken for their class: {Percent(recognised)}");
            output.Out.WriteLine($"By class: {string.Join(", ", report["recognisedByClass"]!.AsObject().Where(entry => entry.Value is not null).Select(entry => $"{entry.Key} {100 * entry.Value!.GetValue<double>():F0} %"))}");
        }

        var (kernel, frechet, nearest) = (report["kernelDiscrepancy"]!, report["frechetDistance"]!, report["nearestTrainingImage"]!);
        output.Out.WriteLine($"In the features of {(report["features"]!.GetValue<string>() == "pixels" ? "the pixels" : "the classifier")}, against test images (validation images against them beside it):");
        output.Out.WriteLine($"  kernel discrepancy {Score(kernel["samples"])} ({Score(kernel["realImages"])})");
        output.Out.WriteLine($"  Fréchet distance, {frechet["images"]} images of each, {Number(frechet["samples"])} ({Number(frechet["realImages"])}){(frechet["samplesExtrapolated"] is null ? "" : $"; extrapolated {Number(frechet["samplesExtrapolated"])} ({Number(frechet["realImagesExtrapolated"])})")}");
        output.Out.WriteLine($"Distance to the nearest training image: {Number(nearest["distanceRatio"])} times that of test images; nearer than 99 of 100 of these: {100 * nearest["copies"]!.GetValue<double>():F1} % of the samples.");
        output.Out.WriteLine($"Picture: {report["picture"]}");
    }

    private static string Percent(JsonNode share) => $"{100 * share["share"]!.GetValue<double>():F1} % of {share["of"]} (95 %: {100 * share["low"]!.GetValue<double>():F1} to {100 * share["high"]!.GetValue<double>():F1})";

    private static string Score(JsonNode? score) => $"{Number(score!["mean"])} ± {Number(score["standardError"])}";

    private static string Number(JsonNode? number) => number is null ? "–" : $"{number.GetValue<double>():G4}";
}
