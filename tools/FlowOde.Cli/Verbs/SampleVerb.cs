using System.CommandLine;
using System.Text.Json.Nodes;
using FlowOde.Cli.Failures;
using FlowOde.Cli.Pictures;
using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
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
    private readonly Option<string> _count = Text("--count", "N", "how many; 1000 by default");
    private readonly Option<string> _out = Text("--out", "FILE", ".csv or .npy, each also with .gz, or a picture; CSV on standard output by default");
    private readonly Option<string> _seed = Text("--seed", "N", "decides the samples; 0 by default");
    private readonly Option<string> _temperature = Text("--temperature", "X", "spread of the base; 1 samples the model itself");
    private readonly ModelOptions _model = new("solver", "rtol", "atol", "steps", "device", "threads");

    /// <summary>Lays out the options.</summary>
    public SampleVerb()
    {
        Command = new("sample", "Draws samples from a trained model.") { _run, _count, _out, _seed, _temperature };
        _model.AddTo(Command);
    }

    /// <inheritdoc/>
    public override Command Command { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["flowode sample runs/moons --count 10000 --out samples.csv", "flowode sample runs/moons --out samples.npy.gz --seed 7", "flowode sample runs/moons --out samples.png"];

    /// <inheritdoc/>
    public override int Run(ParseResult parsed, Output output)
    {
        long count = Numbers.Integer(parsed.GetValue(_count), "--count", 1) ?? 1000;
        long seed = Numbers.Integer(parsed.GetValue(_seed), "--seed", 0, long.MaxValue) ?? 0;
        double temperature = Numbers.Positive(parsed.GetValue(_temperature), "--temperature") ?? 1;
        string? path = parsed.GetValue(_out);
        if (path is not null && !TableWriters.CanWrite(path) && !FigureFile.CanWrite(path))
        {
            throw new UsageException($"--out {path}: unknown kind of file; expected {string.Join(", ", TableWriters.Extensions)}, each also with .gz, or a picture .png, .svg, .pdf, .webp.");
        }

        OutputPath.Check(path);
        if (output.Json && path is null)
        {
            throw new UsageException("--json and samples cannot both have standard output; give --out FILE.");
        }

        var folder = RunOrData.Run(parsed.GetRequiredValue(_run));
        using var interrupt = new Interrupt(() => output.Notice("Stopping."));
        using var loaded = _model.Load(parsed, folder, out var values, out var device);
        if (path is not null && FigureFile.CanWrite(path))
        {
            var view = new ModelView(loaded.Model, loaded.Parameters, values, loaded.Config.Columns, device) { Stop = interrupt.Token };
            FigureFile.Write(path, new FigureBook(view, null, Path.GetFileName(folder.Path), $"{count} samples").SampledAlone((int)count, temperature, (ulong)seed));
        }
        else
        {
            Write(loaded, values, _model.IsGiven(parsed, "rtol", "atol"), device, new((ulong)seed), (int)count, temperature, path, output, interrupt.Token);
        }

        if (path is not null && output.Json)
        {
            output.WriteJson(new JsonObject { ["run"] = folder.Path, ["rows"] = count, ["seed"] = seed, ["temperature"] = temperature, ["out"] = path });
        }
        else if (path is not null)
        {
            output.Notice($"Wrote {count} samples to {path}.");
        }

        return ExitCode.Done;
    }

    private static void Write(LoadedModel loaded, SettingValues values, bool asTyped, Device device, RandomSource random, int count, double temperature, string? path, Output output, CancellationToken stop)
    {
        var dtype = SolveSettings.DType(values);
        using var parameters = loaded.ParametersAs(dtype, device);
        using var flow = loaded.Model.Bind(parameters, SolveSettings.ForSampling(values, dtype, asTyped));
        var sampler = new FlowSampler(flow, new() { DType = dtype, Device = device, Threads = device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads") });
        var precision = dtype == ScalarType.Float32 ? NumberPrecision.Bits32 : NumberPrecision.Bits64;
        if (path is not null)
        {
            double[] rows = sampler.Sample(random, 0, count, temperature, null, stop);
            AtomicFile.Write(path, stream => TableWriters.Write(new(loaded.Config.Columns, rows, path), path, precision, stream));
            return;
        }

        output.Out.WriteLine(string.Join(',', loaded.Config.Columns.Select(CsvText.Quoted)));
        for (int first = 0; first < count; first += RowsAtOnce)
        {
            double[] rows = sampler.Sample(random, first, Math.Min(RowsAtOnce, count - first), temperature, null, stop);
            CsvText.WriteRows(output.Out, rows, loaded.Config.Columns.Count, precision);
        }
    }
}
