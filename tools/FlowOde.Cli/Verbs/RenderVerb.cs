using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Reporting;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Data.Tables;

namespace FlowOde.Cli.Verbs;

/// <summary><c>render</c>: draws a picture of a trained model.</summary>
internal sealed class RenderVerb : Verb
{
    private static readonly string[] _kinds = ["figure", "density", "samples", "pairs", "loss", "field", "trajectories", "animation"];

    private readonly Argument<string> _run = new("RUN") { Description = "the folder of a run" };
    private readonly Option<string> _what = Text("--what", "NAME", $"{string.Join(", ", _kinds)}; figure by default");
    private readonly Option<string> _out = Text("--out", "FILE", ".png .svg .pdf .webp; RUN/NAME.png by default (.webp for an animation)");
    private readonly Option<string> _size = Text("--size", "WxH", "the largest width and height in pixels");
    private readonly Option<string> _frames = Text("--frames", "N", "frames of an animation; 24 by default");
    private readonly Option<string> _time = Text("--time", "T", "the time of the field; the data time by default");
    private readonly ModelOptions _model = new("device", "threads");

    /// <summary>Lays out the options.</summary>
    public RenderVerb()
    {
        Command = new("render", "Draws a trained model: its density, samples, vector field, trajectories, or how it grows.") { _run, _what, _out, _size, _frames, _time };
        _model.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["flowode render runs/moons --what density --out moons.svg", "flowode render runs/moons --what field --time 0.5", "flowode render runs/moons --what animation --frames 40 --size 600x600"];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        string what = parsed.GetValue(_what) ?? "figure";
        if (!_kinds.Contains(what))
        {
            throw new UsageException($"--what: '{what}' is not known.{Suggestion.For(what, _kinds)} Known are: {string.Join(", ", _kinds)}.");
        }

        var size = Numbers.Size(parsed.GetValue(_size), "--size");
        int frames = (int)(Numbers.Integer(parsed.GetValue(_frames), "--frames", 2, 1000) ?? 24);
        double? time = Numbers.Finite(parsed.GetValue(_time), "--time");
        if (parsed.GetValue(_frames) is not null && what != "animation")
        {
            throw new UsageException($"--frames belongs to --what animation; --what {what} is one picture.");
        }

        if (time is not null && what != "field")
        {
            throw new UsageException($"--time belongs to --what field; --what {what} has no one time.");
        }

        string? given = parsed.GetValue(_out);
        OutputPath.Check(given);
        if (given is not null)
        {
            FigureFile.RequireFormat(given);
        }

        var folder = RunOrData.Run(parsed.GetRequiredValue(_run));
        string path = given ?? folder.File($"{what}.{(what == "animation" ? "webp" : "png")}");
        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        using var loaded = _model.Load(parsed, folder, out var values, out var device);
        if (loaded.Config.Image is { } image)
        {
            DrawImages(what, path, frames, size, new(loaded.Trained, values, image, device) { Stop = interrupt.Token }, folder);
            return Done(folder, what, path, output);
        }

        var view = new ModelView(loaded.Trained, values, loaded.Config.Columns, device) { Stop = interrupt.Token };
        var data = Data(loaded.Config, output);
        var book = new FigureBook(view, data, data?.Name ?? Path.GetFileName(folder.Path), "");
        if (what == "animation")
        {
            FigureFile.Write(path, book.Frames(frames), size);
        }
        else
        {
            FigureFile.Write(path, what switch
            {
                "density" => book.Density(),
                "samples" => book.Sampled(),
                "pairs" => book.Pairs(),
                "loss" => new LossBook(folder, ScoreUnit.Of(values, loaded.Config.Image), Path.GetFileName(folder.Path), "").Loss(),
                "field" => book.Field(time),
                "trajectories" => book.Trajectories(),
                _ => loaded.Config.Columns.Count == 2 ? book.Panels() : book.Pairs(),
            }, size);
        }

        return Done(folder, what, path, output);
    }

    private static void DrawImages(string what, string path, int frames, (int Width, int Height)? size, ImageView view, RunFolder folder)
    {
        const int rows = 6, stops = 9, animated = 40;
        string name = Path.GetFileName(folder.Path);
        if (what == "animation")
        {
            FigureFile.Write(path, new ImageBook(view, name, "").Frames(animated, frames), size);
            return;
        }

        FigureFile.Write(path, what switch
        {
            "figure" or "samples" => new ImageBook(view, name, "samples").Samples(),
            "trajectories" => new ImageBook(view, name, "from noise to images, with the time on the model's clock").Ways(rows, stops),
            "loss" => new LossBook(folder, ScoreUnit.Of(view.Values, view.Image), name, "").Loss(),
            _ => throw new UsageException($"--what {what} shows columns; of images there are figure, samples, trajectories, animation and loss."),
        }, size);
    }

    private static int Done(RunFolder folder, string what, string path, Output output)
    {
        if (output.Json)
        {
            output.WriteJson(new JsonObject { ["run"] = folder.Path, ["what"] = what, ["pictures"] = new JsonArray(path) });
        }
        else
        {
            output.Out.WriteLine($"Picture: {path}");
        }

        return ExitCode.Done;
    }

    /// <summary>The run's data, or null where they are gone: most pictures do without.</summary>
    private static TrainingData? Data(RunConfig config, Output output)
    {
        try
        {
            var data = DataLoader.Prepare(DataLoader.Open(config.Data, config.Values, _ => { }), config.Data, config.Values);
            if (data.Digest == config.Digest)
            {
                return data;
            }

            output.Notice($"The data '{config.Data}' have changed since the run; the picture does without them.");
        }
        catch (DataFormatException problem)
        {
            output.Notice($"The data of the run were not found again: {problem.Message}");
        }

        return null;
    }
}
