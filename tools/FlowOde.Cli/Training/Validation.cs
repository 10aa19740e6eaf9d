using FlowOde.Cli.Settings;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.Training;
using FlowOde.Samplers.Scoring;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Cli.Training;

/// <summary>Scores held-out rows while a model trains, in what its objective makes small, with the same draws each time.</summary>
internal sealed class Validation : IDisposable
{
    // Training steps count from 0; validation draws lie where no run gets to.
    private const long FirstDraw = 1L << 40;

    private readonly DataPart _rows;
    private readonly SequentialFlow _flow;
    private readonly IObjective _objective;
    private readonly SettingValues _values;
    private readonly RandomSource _random;
    private readonly FlatVector _unused;
    private readonly ScorerOptions _options;
    private readonly Dequantization? _dequantization;

    /// <summary>Prepares validation.</summary>
    /// <param name="rows">The held-out rows.</param>
    /// <param name="model">The model.</param>
    /// <param name="flow">The model bound to the numbers that are scored.</param>
    /// <param name="objective">The objective.</param>
    /// <param name="values">The run's settings.</param>
    /// <param name="random">The run's draws.</param>
    public Validation(DataPart rows, FlowModel model, SequentialFlow flow, IObjective objective, SettingValues values, RandomSource random)
    {
        (_rows, _flow, _objective, _values, _random, _dequantization) = (rows, flow, objective, values, random, model.Dequantization);
        _unused = flow.Parameters.CreateLike();
        _options = new()
        {
            DType = flow.Parameters.DType,
            Device = flow.Parameters.Device,
            Threads = flow.Parameters.Device.type == TorchSharp.DeviceType.CUDA ? 1 : (int)values.Integer("threads"),
            Chunk = _dequantization is null ? 512 : Math.Max(1, Math.Min((int)values.Integer("batch"), (rows.Rows + 1) / 2)),
        };
        Classes = model.Options.ContextDimension;
    }

    private int Classes { get; }

    /// <summary>Scores.</summary>
    public ValidationResult Score() => _values.Text("objective") == ObjectiveSettings.Likelihood ? Likelihood() : Loss();

    /// <inheritdoc/>
    public void Dispose() => _unused.Dispose();

    private ValidationResult Likelihood()
    {
        bool exact = _values.Text("trace") == "exact";
        if (_dequantization is { } dequantization)
        {
            var bits = new BitsPerDimScorer(_flow, dequantization, _options, exact).Score(_rows.Values, _random, [ClassContext.Values(_rows.Labels, Classes)]).Mean;
            double nats = 1 / BitsPerDim.FromNats(1, _rows.Dimension);
            return new(bits.Mean * nats, bits.StandardError * nats);
        }

        var mean = MeanScore.Of(new LikelihoodScorer(_flow, _options, exact).Score(_rows.Values, _random).LogDensity, _rows.Groups);
        return new(-mean.Mean, mean.StandardError);
    }

    private ValidationResult Loss()
    {
        int most = (int)_values.Integer("batch");
        double sum = 0, squares = 0;
        for (int first = 0; first < _rows.Rows; first += most)
        {
            int count = Math.Min(most, _rows.Rows - first);
            using var scope = NewDisposeScope();
            var numbers = tensor(_rows.Values.AsSpan(first * _rows.Dimension, count * _rows.Dimension).ToArray(), count, _rows.Dimension).to(_options.DType).to(_options.Device);
            long[] rows = [.. Enumerable.Range(first, count).Select(row => (long)row)];
            var batch = new TrainingBatch(numbers, rows)
            {
                Context = Classes == 0 ? null : ClassContext.Of(_rows.Labels.AsSpan(first, count).ToArray(), Classes, _options.DType, _options.Device),
            };
            _unused.Clear();
            var result = _objective.Evaluate(_flow, batch, new FlowDraw(_random, RandomPurpose.Probe, FirstDraw, rows), count, _unused);
            (sum, squares) = (sum + result.SumScore, squares + result.SumSquaredScore);
        }

        double mean = sum / _rows.Rows;
        return new(mean, Math.Sqrt(Math.Max(0, (squares / _rows.Rows) - (mean * mean)) / Math.Max(1, _rows.Rows - 1)));
    }
}
