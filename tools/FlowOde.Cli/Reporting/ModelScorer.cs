using FlowOde.Cli.Runs;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Samplers.Scoring;
using static TorchSharp.torch;

namespace FlowOde.Cli.Reporting;

/// <summary>Scores rows as is reported: float64, a tight tolerance, the exact trace where the dimension allows. Owns a copy of the parameters.</summary>
internal sealed class ModelScorer : IDisposable
{
    // Entries of one layer's values and tangents that a chunk may have: 64 MB in float64.
    private const long MostEntries = 1 << 23;
    private const int MostChunk = 512;

    private readonly BoundFlow _bound;
    private readonly LikelihoodScorer _scorer;
    private readonly CancellationToken _stop;

    private ModelScorer(BoundFlow bound, LikelihoodScorer scorer, ScoreMethod method, CancellationToken stop) =>
        (_bound, _scorer, Method, _stop) = (bound, scorer, method, stop);

    /// <summary>How scores are computed.</summary>
    public ScoreMethod Method { get; }

    /// <summary>Prepares scoring.</summary>
    /// <param name="trained">The model, whose numbers are copied.</param>
    /// <param name="values">The run's settings.</param>
    /// <param name="device">The device.</param>
    /// <param name="tolerance">Relative and absolute tolerance.</param>
    /// <param name="probes">Hutchinson's probes of each row, or null for the rule: exact where the dimension allows, else many.</param>
    /// <param name="stop">Asks for an early end.</param>
    /// <param name="dtype">Float64, unless speed matters more, as in pictures.</param>
    public static ModelScorer Create(TrainedModel trained, SettingValues values, Device device, double tolerance, int? probes, CancellationToken stop, ScalarType dtype = ScalarType.Float64)
    {
        var model = trained.Model;
        bool exact = probes is null && model.Options.Dimension <= TraceSettings.ExactInScores;
        int estimates = probes is { } given ? Math.Min(given, TraceSettings.ScoreEstimates) : TraceSettings.ScoreEstimates;
        int each = probes is { } asked ? (asked + estimates - 1) / estimates : TraceSettings.ScoreProbes;
        ITraceEstimator trace = exact ? new ExactTrace() : new HutchinsonTrace(each, model.Options.Dimension <= TraceSettings.GaussianUpTo ? ProbeDistribution.Gaussian : ProbeDistribution.Rademacher);
        var settings = SolveSettings.ForScoring(values, tolerance, trace, stop);
        var bound = trained.Bind(settings, dtype, device);
        long widest = model.Options.Hidden.Append(model.Options.Dimension).Max();
        var options = new ScorerOptions
        {
            DType = dtype,
            Device = device,
            Threads = device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads"),
            Estimates = estimates,
            MarksUnsolved = values.TextOrNull("on-stiff") == StiffSettings.Partial,
            Chunk = (int)Math.Clamp(MostEntries / (widest * (1 + trace.DirectionCount(model.Options.Dimension))), 16, MostChunk),
        };
        var method = new ScoreMethod(settings.Stepper.Name, tolerance, exact ? 0 : estimates * each, dtype == ScalarType.Float64 ? "float64" : "float32") { IsPerRow = settings.IsPerRow };
        return new(bound, new LikelihoodScorer(bound.Flow, options, exact), method, stop);
    }

    /// <summary>Scores rows.</summary>
    /// <param name="rows">Rows, [rows, dimension] row by row, in data units.</param>
    /// <param name="random">The draws of an estimated trace.</param>
    /// <param name="progress">Is told the fraction done.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public RowScores Score(ReadOnlyMemory<double> rows, RandomSource random, IProgress<double>? progress = null) =>
        _scorer.Score(rows, random, progress: progress, stop: _stop);

    /// <inheritdoc/>
    public void Dispose() => _bound.Dispose();
}
