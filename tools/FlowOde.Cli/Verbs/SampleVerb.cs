using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Data.Writers;
using FlowOde.Flows.Randomness;
using FlowOde.Samplers.Sampling;
using static TorchSharp.torch;

namespace FlowOde.Cli.Verbs;

/// <summary><c>sample</c>: draws samples.</summary>
internal sealed class SampleVerb : Verb
{
    private const int RowsAtOnce = 16_384;

    private readonly Argument<string> _run = new("RUN") { Description = "the folder of a run" };
    private readonly Option<string> _count = Text("--count", "N", "how many; 1000 by default, of images as many as a grid has or 100");
    private readonly Option<string> _out = Text("--out", "FILE", ".csv or .npy, each also with .gz, or a picture; CSV on standard output by default. Of images: a picture of a grid, a folder/ for a file each, or .npy; RUN/samples.png by default");
    private readonly Option<string> _seed = Text("--seed", "N", "decides the samples; 0 by default");
    private readonly Option<string> _temperature = Text("--temperature", "X", "spread of the base; 1 samples the model itself");
    private readonly Option<string> _rows = Text("--rows", "N", "images: rows of the grid");
    private readonly Option<string> _columns = Text("--columns", "N", "images: columns of the grid");
    private readonly Option<string> _class = Text("--class", "A,B", "images: their classes, by name or number; all in turn by default, none for no class");
    private readonly Option<string> _guidance = Text("--guidance", "W", "images: weight of classifier-free guidance; 0 samples the model itself");
    private readonly Option<string[]> _interpolate = new("--interpolate") { HelpName = "A B", Arity = new(2, 2), AllowMultipleArgumentsPerToken = true, Description = "images: from one picture to another, over the noise they come from" };
    private readonly Option<string> _reconstruct = Text("--reconstruct", "DATA", "images: to noise and back");
    private readonly ModelOptions _model = new("solver", "rtol", "atol", "steps", "device", "threads");

    /// <summary>Lays out the options.</summary>
    public SampleVerb()
    {
        Command = new("sample", "Draws samples from a trained model.") { _run, _count, _out, _seed, _temperature, _rows, _columns, _class, _guidance, _interpolate, _reconstruct };
        _model.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
    [
        "flowode sample runs/moons --count 10000 --out samples.csv",
        "flowode sample runs/moons --out samples.npy.gz --seed 7",
        "flowode sample runs/digits --out grid.png --rows 4 --class 3,7 --guidance 1",
        "flowode sample runs/digits --out images/ --count 500",
        "flowode sample runs/digits --interpolate a.png b.png --class 3",
    ];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        long count = Numbers.Integer(parsed.GetValue(_count), "--count", 1) ?? 1000;
        long seed = Numbers.Integer(parsed.GetValue(_seed), "--seed", 0, long.MaxValue) ?? 0;
        double temperature = Numbers.Positive(parsed.GetValue(_temperature), "--temperature") ?? 1;
        string? path = parsed.GetValue(_out);
        if (path is not null && Path.GetExtension(path).Length > 0 && !Directory.Exists(path))
        {
            RequireKnown(path);
        }

        var folder = RunOrData.Run(parsed.GetRequiredValue(_run));
        if (RunConfig.Read(folder).Image is { } image)
        {
            return RunOnImages(parsed, folder, image, path ?? folder.File("samples.png"), (ulong)seed, temperature, output);
        }

        if (new Option[] { _rows, _columns, _class, _guidance, _interpolate, _reconstruct }.FirstOrDefault(option => parsed.GetResult(option) is not null) is { } idle)
        {
            throw new UsageException($"{idle.Name} is for models of images; '{folder.Path}' is a model of {string.Join(", ", RunConfig.Read(folder).Columns)}.");
        }

        if (path is not null)
        {
            RequireKnown(path);
        }

        OutputPath.Check(path);
        if (output.Json && path is null)
        {
            throw new UsageException("--json and samples cannot both have standard output; give --out FILE.");
        }

        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        using var loaded = _model.Load(parsed, folder, out var values, out var device);
        int? evaluations = null;
        if (path is not null && FigureFile.CanWrite(path))
        {
            var view = new ModelView(loaded.Trained, values, loaded.Config.Columns, device) { Stop = interrupt.Token };
            FigureFile.Write(path, new FigureBook(view, null, Path.GetFileName(folder.Path), $"{count} samples").SampledAlone((int)count, temperature, (ulong)seed));
        }
        else
        {
            evaluations = Write(loaded, values, _model.IsGiven(parsed, "rtol", "atol"), device, new((ulong)seed), (int)count, temperature, path, output, interrupt.Token);
        }

        if (path is not null && output.Json)
        {
            output.WriteJson(new JsonObject { ["run"] = folder.Path, ["rows"] = count, ["seed"] = seed, ["temperature"] = temperature, ["out"] = path, ["nfe"] = evaluations });
        }
        else if (path is not null)
        {
            output.Notice($"Wrote {count} samples to {path}{(evaluations is { } nfe ? $" ({nfe} evaluations of the field)" : "")}.");
        }

        return ExitCode.Done;
    }

    private static void RequireKnown(string path)
    {
        if (!TableWriters.CanWrite(path) && !FigureFile.CanWrite(path))
        {
            throw new UsageException($"--out {path}: unknown kind of file; expected {string.Join(", ", TableWriters.Extensions)}, each also with .gz, or a picture .png, .svg, .pdf, .webp.");
        }
    }

    private int RunOnImages(ParseResult parsed, RunFolder folder, RunImage image, string path, ulong seed, double temperature, Output output)
    {
        string[] ends = parsed.GetValue(_interpolate) ?? [];
        string? reconstructed = parsed.GetValue(_reconstruct);
        if (ends.Length > 0 && reconstructed is not null)
        {
            throw new UsageException("--interpolate and --reconstruct exclude each other; give one of them.");
        }

        var target = SampleTargets.Of(path);
        RefuseIdle(parsed, ends.Length > 0 ? "--interpolate" : reconstructed is not null ? "--reconstruct" : null, target);
        if (target != SampleTarget.Folder)
        {
            OutputPath.Check(path, reconstructed);
        }

        int[]? classes = ImageClasses.Parse(parsed.GetValue(_class), image);
        double guidance = Guidance.Read(parsed.GetValue(_guidance));
        var grid = ((int?)Numbers.Integer(parsed.GetValue(_rows), "--rows", 1, 1000), (int?)Numbers.Integer(parsed.GetValue(_columns), "--columns", 1, 1000));
        int? count = (int?)Numbers.Integer(parsed.GetValue(_count), "--count", 1);
        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        using var loaded = _model.Load(parsed, folder, out var values, out var device);
        Guidance.Require(guidance, loaded, folder, output.Notice);

        if (classes is not null && loaded.Model.Options.ContextDimension == 0)
        {
            throw new UsageException($"--class: the model of '{folder.Path}' knows no classes. Train with --condition class.");
        }

        var view = new ImageView(loaded.Trained, values, image, device)
        {
            Seed = seed,
            Temperature = temperature,
            Guidance = guidance,
            IsAsTyped = _model.IsGiven(parsed, "rtol", "atol"),
            Stop = interrupt.Token,
        };
        var sampling = new ImageSampling(view, Path.GetFileName(folder.Path), output);
        if (ends.Length > 0 && classes is { Length: > 1 })
        {
            throw new UsageException($"--interpolate draws images of one class; --class names {classes.Length}. Give one.");
        }

        int label = classes is [var one, ..] ? one : -1;
        var result = ends.Length > 0 ? sampling.Interpolate(path, RunImages.ReadPictures(ends, RunConfig.Read(folder)), grid.Item2, label)
            : reconstructed is not null ? sampling.Reconstruct(path, RunImages.Read(reconstructed, RunConfig.Read(folder), output.Notice))
            : sampling.Draw(path, count, grid, classes);
        if (output.Json)
        {
            result["run"] = folder.Path;
            result["seed"] = seed;
            result["temperature"] = temperature;
            result["guidance"] = guidance;
            result["out"] = path;
            output.WriteJson(result);
        }

        return ExitCode.Done;
    }

    /// <summary>Refuses options that say nothing about what is drawn.</summary>
    private void RefuseIdle(ParseResult parsed, string? of, SampleTarget target)
    {
        Option[] idle = of switch
        {
            "--interpolate" => [_count, _rows, _temperature],
            "--reconstruct" => [_count, _rows, _columns, _temperature, _class],
            _ => target == SampleTarget.Grid ? [] : [_rows, _columns],
        };
        if (Array.Find(idle, option => parsed.GetResult(option) is not null) is { } found)
        {
            throw new UsageException($"{found.Name} says nothing about {of ?? "images that are not drawn in a grid"}; leave it out.");
        }

        if (of is null && parsed.GetResult(_count) is not null && parsed.GetResult(_rows) is not null)
        {
            throw new UsageException("--count and --rows both say how many images a grid has; give one of them, with --columns if wanted.");
        }
    }

    private static int Write(LoadedModel loaded, SettingValues values, bool asTyped, Device device, RandomSource random, int count, double temperature, string? path, Output output, CancellationToken stop)
    {
        var dtype = SolveSettings.DType(values);
        using var bound = loaded.Trained.Bind(SolveSettings.ForSampling(values, dtype, asTyped ? null : SolveSettings.SampleTolerance, stop), dtype, device);
        var sampler = new FlowSampler(bound.Flow, new() { DType = dtype, Device = device, Threads = device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads") });
        var precision = dtype == ScalarType.Float32 ? NumberPrecision.Bits32 : NumberPrecision.Bits64;
        if (path is not null)
        {
            var rows = sampler.Sample(random, 0, count, temperature, stop: stop);
            AtomicFile.Write(path, stream => TableWriters.Write(new(loaded.Config.Columns, rows.Values, path), path, precision, stream));
            return rows.Statistics.Evaluations;
        }

        output.Out.WriteLine(string.Join(',', loaded.Config.Columns.Select(CsvText.Quoted)));
        int evaluations = 0;
        for (int first = 0; first < count; first += RowsAtOnce)
        {
            var rows = sampler.Sample(random, first, Math.Min(RowsAtOnce, count - first), temperature, stop: stop);
            CsvText.WriteRows(output.Out, rows.Values, loaded.Config.Columns.Count, precision);
            evaluations = Math.Max(evaluations, rows.Statistics.Evaluations);
        }

        return evaluations;
    }
}
