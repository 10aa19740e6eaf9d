using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Matching;
using FlowOde.Flows.Randomness;
using FlowOde.Samplers.Sampling;
using static TorchSharp.torch;

namespace FlowOde.Cli.Pictures;

/// <summary>A model of images as the sampling tool needs it: images from noise, noise from images, and the way between. Float32.</summary>
/// <param name="Trained">The model; not changed.</param>
/// <param name="Values">The run's settings, with what was chosen anew.</param>
/// <param name="Image">How rows are images.</param>
/// <param name="Device">Where to compute.</param>
internal sealed record ImageView(TrainedModel Trained, SettingValues Values, RunImage Image, Device Device)
{
    private const double Tolerance = 1e-3; // the eye sees nothing of it, and 1e-5 takes three times the evaluations
    private const int Chunk = 64;

    /// <summary>Asks for an early end.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>The seed of the noise.</summary>
    public ulong Seed { get; init; } = (ulong)Values.Integer("seed");

    /// <summary>The factor of the noise's spread.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The weight w of classifier-free guidance; 0 for the model itself.</summary>
    public double Guidance { get; init; }

    /// <summary>Whether tolerances were chosen anew, so that they hold as they are.</summary>
    public bool IsAsTyped { get; init; }

    /// <summary>Whether the model knows classes.</summary>
    public bool IsConditional => Trained.Model.Options.ContextDimension > 0;

    private int Classes => Trained.Model.Options.ContextDimension;

    private Dequantization Dequantization => Trained.Model.Dequantization!;

    private int Threads => Device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)Values.Integer("threads");

    /// <summary>The classes of images in turn, where the model knows classes; else no class for each.</summary>
    /// <param name="count">How many images.</param>
    public int[] ClassesInTurn(int count) => [.. Enumerable.Range(0, count).Select(i => IsConditional ? i % Classes : -1)];

    /// <summary>Images of the model.</summary>
    /// <param name="labels">The class of each, −1 for none.</param>
    /// <param name="first">The number of the first one's noise.</param>
    public DataPart Sample(int[] labels, long first = 0) => Sample(labels, first, out _);

    /// <summary>Images of the model, and the evaluations of the most expensive solve.</summary>
    /// <param name="labels">The class of each, −1 for none.</param>
    /// <param name="first">The number of the first one's noise.</param>
    /// <param name="evaluations">Receives evaluations of the field.</param>
    public DataPart Sample(int[] labels, long first, out int evaluations)
    {
        using var bound = Bind();
        var sampler = new FlowSampler(bound.Flow, new() { DType = ScalarType.Float32, Device = Device, Threads = Threads, Chunk = Chunk });
        var rows = sampler.Sample(new RandomSource(Seed), first, labels.Length, Temperature, Context(labels), stop: Stop);
        evaluations = rows.Statistics.Evaluations;
        return Levels(rows.Values, labels);
    }

    /// <summary>Images on their way from noise.</summary>
    /// <param name="labels">The class of each, −1 for none.</param>
    /// <param name="stops">How many times, the first the noise, the last the image.</param>
    /// <returns>For each time the images there, and the time on the model's clock, counted over the blocks from 0.</returns>
    public IReadOnlyList<(double Time, DataPart Images)> Paths(int[] labels, int stops)
    {
        using var scope = NewDisposeScope();
        using var bound = Bind();
        var latent = new double[labels.Length * Image.Length];
        new RandomSource(Seed).Stream(RandomPurpose.Sample, 0).FillNormal<double>([.. Enumerable.Range(0, labels.Length).Select(i => (long)i)], Image.Length, latent);
        for (int i = 0; i < latent.Length; i++)
        {
            latent[i] *= Temperature;
        }

        var rows = tensor(latent, labels.Length, Image.Length).to(ScalarType.Float32).to(Device);
        var context = Classes == 0 ? null : ClassContext.Of(labels, Classes, ScalarType.Float32, Device);
        return [.. FlowPath.Of(bound.Flow, rows, context, stops).Select(point => (point.Time, Levels(Numbers(point.Rows), labels)))];
    }

    /// <summary>The noise that images come from.</summary>
    /// <param name="images">Images of whole levels.</param>
    public Tensor Encode(DataPart images)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var bound = Bind();
        long[] numbers = [.. Enumerable.Range(0, images.Rows).Select(row => (long)row)];
        var middle = tensor(Array.ConvertAll(images.Values, level => level + 0.5), images.Rows, Image.Length).to(ScalarType.Float32).to(Device);
        using var result = bound.Flow.ToBase(middle, new FlowDraw(new RandomSource(Seed), RandomPurpose.Evaluation, 0, numbers) { Context = ContextOf(images.Labels) });
        return result.Values.clone().MoveToOuterDisposeScope();
    }

    /// <summary>The images of noise.</summary>
    /// <param name="latent">[images, dimension].</param>
    /// <param name="labels">The class of each, −1 for none.</param>
    public DataPart Decode(Tensor latent, int[] labels)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var bound = Bind();
        return Levels(Numbers(bound.Flow.Generate(latent, ContextOf(labels)).Values), labels);
    }

    private Tensor? ContextOf(int[] labels) => Classes == 0 || labels.Length == 0 ? null : ClassContext.Of(labels, Classes, ScalarType.Float32, Device);

    private double[] Context(int[] labels) => Classes == 0 ? [] : ClassContext.Values(labels, Classes);

    private BoundFlow Bind()
    {
        var settings = SolveSettings.ForSampling(Values, ScalarType.Float32, IsAsTyped ? null : Tolerance, Stop);
        return Trained.Bind(settings, ScalarType.Float32, Device, Guidance == 0 ? null : network => new GuidedNetwork(network, Guidance));
    }

    /// <summary>Real numbers as whole levels.</summary>
    private DataPart Levels(double[] values, int[] labels)
    {
        using var scope = NewDisposeScope();
        return new(Dequantization.Floor(tensor(values, labels.Length, Image.Length)).data<double>().ToArray(), [], Image.Length) { Labels = labels };
    }

    private static double[] Numbers(Tensor rows) => rows.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
}
