using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Cli.Training;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Samplers.Scoring;
using static TorchSharp.torch;

namespace FlowOde.Cli.Reporting;

/// <summary>Scores images in bits per dimension, given their classes where the model knows classes. Owns a copy of the model's numbers.</summary>
internal sealed class ImageScorer : IDisposable
{
    /// <summary>The tolerance of reported bits per dimension; float32 keeps it.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>Probes of each draw of the noise, where nobody says anything.</summary>
    public const int Probes = 2;

    // Entries of values and tangents of one layer that a chunk may have: 64 MB in float32.
    private const long MostEntries = 1 << 24;
    private const int MostChunk = 64;

    private readonly BoundFlow _bound;
    private readonly BitsPerDimScorer _scorer;
    private readonly int _classes;
    private readonly ClassUse _use;
    private readonly CancellationToken _stop;

    private ImageScorer(BoundFlow bound, BitsPerDimScorer scorer, int classes, ClassUse use, ImageScoreMethod method, CancellationToken stop) =>
        (_bound, _scorer, _classes, _use, Method, _stop) = (bound, scorer, classes, use, method, stop);

    /// <summary>How scores are computed.</summary>
    public ImageScoreMethod Method { get; }

    /// <summary>Prepares scoring.</summary>
    /// <param name="trained">The model.</param>
    /// <param name="values">The run's settings.</param>
    /// <param name="device">The device.</param>
    /// <param name="tolerance">Relative and absolute tolerance.</param>
    /// <param name="samples">Draws of the noise for each image.</param>
    /// <param name="trace">The name of the trace.</param>
    /// <param name="probes">Its probes, for each draw of the noise.</param>
    /// <param name="use">What the model is told of classes; says nothing to one that knows none.</param>
    /// <param name="stop">Asks for an early end.</param>
    public static ImageScorer Create(TrainedModel trained, SettingValues values, Device device, double tolerance, int samples, string trace, int probes, ClassUse use, CancellationToken stop)
    {
        var estimator = TraceSettings.ForScoring(trace, probes);
        var settings = SolveSettings.ForScoring(values, tolerance, estimator, stop);
        bool exact = estimator is ExactTrace;
        var options = trained.Model.Options;
        long widest = options.Hidden.Append(1).Max() * (options.Image!.Height * (long)options.Image.Width);
        var bound = trained.Bind(settings, ScalarType.Float32, device);
        var scorer = new BitsPerDimScorer(bound.Flow, trained.Model.Dequantization!, new()
        {
            DType = ScalarType.Float32,
            Device = device,
            Threads = device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads"),
            Estimates = samples,
            Chunk = (int)Math.Clamp(MostEntries / (widest * (1 + (exact ? options.Dimension : probes))), 1, MostChunk),
        }, exact);
        return new(bound, scorer, options.ContextDimension, use, new(settings.Stepper.Name, tolerance, samples, trace, exact ? options.Dimension : probes, options.ContextDimension > 0 ? use : null), stop);
    }

    /// <summary>Scores images.</summary>
    /// <param name="images">The images with their classes.</param>
    /// <param name="random">The draws of noise and probes.</param>
    /// <param name="progress">Is told the fraction done.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public BitsPerDimScores Score(DataPart images, RandomSource random, IProgress<double>? progress = null) =>
        _scorer.Score(images.Values, random, Contexts(images), progress, _stop);

    /// <inheritdoc/>
    public void Dispose() => _bound.Dispose();

    private ReadOnlyMemory<double>[] Contexts(DataPart images) => _classes == 0 ? [default] : _use switch
    {
        ClassUse.Given => [ClassContext.Values(images.Labels, _classes)],
        ClassUse.Marginal => [.. Enumerable.Range(0, _classes).Select(label => (ReadOnlyMemory<double>)ClassContext.Values([.. Enumerable.Repeat(label, images.Rows)], _classes))],
        _ => [default],
    };
}
