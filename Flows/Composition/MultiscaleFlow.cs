using FlowOde.Flows.Bijections;
using FlowOde.Flows.Layers;
using FlowOde.Solvers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>
/// Flows at several scales: after each scale but the last, the second half of the channels goes to the base and the first half on to the next scale. A latent
/// row is what went to the base, scale behind scale, so that it is as long as a row of data.
/// </summary>
/// <remarks>
/// Dinh et al. 2017 (RealNVP), §3.6; Grathwohl et al. 2019 (FFJORD), App. B.1, in the order of the FFJORD authors' code. log p is that of all factored parts
/// together, since the base is normal in every column.
/// </remarks>
public sealed class MultiscaleFlow : IFlow, IRunningStatistics
{
    private readonly IFlow[] _scales;
    private readonly long[] _offsets;

    /// <summary>Puts scales together.</summary>
    /// <param name="parameters">The parameters of the whole flow.</param>
    /// <param name="scales">
    /// The flow of each scale, from data to base, with the place of its parameters in <paramref name="parameters"/>; each of half as many columns as the
    /// one before. In a row channel lies behind channel, so that half of the columns are half of the channels.
    /// </param>
    /// <exception cref="ArgumentException">There is no scale, or one has not half the columns of the one before.</exception>
    public MultiscaleFlow(FlatVector parameters, IReadOnlyList<(IFlow Flow, long Offset)> scales)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(scales);
        if (scales.Count == 0 || Enumerable.Range(1, Math.Max(0, scales.Count - 1)).Any(i => 2 * scales[i].Flow.Dimension != scales[i - 1].Flow.Dimension))
        {
            throw new ArgumentException($"Each scale has half the columns of the one before; got [{string.Join(", ", scales.Select(scale => scale.Flow.Dimension))}].", nameof(scales));
        }

        (Parameters, _scales, _offsets) = (parameters, [.. scales.Select(scale => scale.Flow)], [.. scales.Select(scale => scale.Offset)]);
    }

    /// <inheritdoc/>
    public int Dimension => _scales[0].Dimension;

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <summary>The flow of each scale, from data to base.</summary>
    public IReadOnlyList<IFlow> Scales => _scales;

    /// <inheritdoc/>
    public int MomentCount => _scales.MomentCount();

    /// <inheritdoc/>
    public FlowResult ToBase(Tensor data, FlowDraw draw)
    {
        Check(data);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (values, delta, cost, latent) = (data, zeros(data.shape[0], dtype: data.dtype, device: data.device), new SolveStatistics(), new List<Tensor>());
        for (int i = 0; i < _scales.Length; i++)
        {
            var result = _scales[i].ToBase(values, draw);
            (values, var factored) = Split(result.Values, i);
            latent.Add(factored);
            delta.add_(result.DeltaLogDensity, CachedScalars.One);
            cost += result.Statistics;
        }

        return new(cat(latent, 1).MoveToOuterDisposeScope(), delta.MoveToOuterDisposeScope(), cost);
    }

    /// <inheritdoc/>
    public FlowResult ToData(Tensor latent, FlowDraw draw)
    {
        Check(latent);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (delta, cost) = (zeros(latent.shape[0], dtype: latent.dtype, device: latent.device), new SolveStatistics());
        var values = FromLast(latent, (i, at) =>
        {
            var result = _scales[i].ToData(at, draw);
            delta.add_(result.DeltaLogDensity, CachedScalars.One);
            cost += result.Statistics;
            return result.Values;
        });
        return new(values.MoveToOuterDisposeScope(), delta.MoveToOuterDisposeScope(), cost);
    }

    /// <inheritdoc/>
    public GeneratedRows Generate(Tensor latent, Tensor? context = null)
    {
        Check(latent);
        using var scope = NewDisposeScope();
        var cost = new SolveStatistics();
        var values = FromLast(latent, (i, values) =>
        {
            var rows = _scales[i].Generate(values, context);
            cost += rows.Statistics;
            return rows.Values;
        });
        return new(values.MoveToOuterDisposeScope(), cost);
    }

    /// <inheritdoc/>
    public RecordedFlow RecordToBase(Tensor data, FlowDraw draw)
    {
        Check(data);
        using var scope = NewDisposeScope();
        var (values, latent, records) = (data, new List<Tensor>(), new List<RecordedFlow>());
        try
        {
            for (int i = 0; i < _scales.Length; i++)
            {
                records.Add(_scales[i].RecordToBase(values, draw));
                (values, var factored) = Split(records[^1].Values, i);
                latent.Add(factored);
            }

            return new RecordedScales(this, cat(latent, 1).DetachFromDisposeScope(), records);
        }
        catch
        {
            records.ForEach(record => record.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Commit(IReadOnlyList<BatchMoments> proposed) => _scales.Commit(proposed);

    /// <summary>What goes on from a scale, and what goes to the base: the whole of the last.</summary>
    private (Tensor Kept, Tensor Factored) Split(Tensor values, int scale)
    {
        long half = values.shape[1] / 2;
        return scale == _scales.Length - 1 ? (values, values) : (values.narrow(1, 0, half), values.narrow(1, half, half));
    }

    /// <summary>Walks from the last scale to the first: joins what a scale has from the next with its own columns of rows at the base.</summary>
    /// <param name="latent">Rows at the base or their cotangents, [batch, dimension].</param>
    /// <param name="step">From the rows behind a scale, whose number it is given, to those before it.</param>
    public Tensor FromLast(Tensor latent, Func<int, Tensor, Tensor> step)
    {
        Check(latent);
        ArgumentNullException.ThrowIfNull(step);
        int last = _scales.Length - 1, begin = Dimension - _scales[last].Dimension;
        var values = step(last, latent.narrow(1, begin, _scales[last].Dimension));
        for (int i = last - 1; i >= 0; i--)
        {
            int half = _scales[i].Dimension / 2;
            begin -= half;
            values = step(i, cat([values, latent.narrow(1, begin, half)], 1));
        }

        return values;
    }

    private void Check(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.dim() != 2 || values.shape[1] != Dimension)
        {
            throw new ArgumentException($"The flow has {Dimension} columns; the rows are [{string.Join(", ", values.shape)}].", nameof(values));
        }
    }

    private sealed class RecordedScales(MultiscaleFlow flow, Tensor latent, List<RecordedFlow> records) : RecordedParts(records)
    {
        public override Tensor Values => latent;

        public override FlowGradient Pullback(FlowCotangent cotangent, FlatVector intoGradient)
        {
            ArgumentNullException.ThrowIfNull(cotangent);
            ArgumentNullException.ThrowIfNull(intoGradient);
            using var scope = NewDisposeScope();
            var (cost, drift) = (new SolveStatistics(), 0.0);
            var data = flow.FromLast(cotangent.Values, (i, values) =>
            {
                var gradient = Records[i].Pullback(cotangent with { Values = values }, intoGradient.Slice(flow._scales[i].Parameters.Layout, flow._offsets[i]));
                cost += gradient.Statistics;
                drift = Math.Max(drift, gradient.Drift);
                return gradient.Data;
            });
            return new(data.MoveToOuterDisposeScope(), cost) { Drift = drift };
        }

        public override void Dispose()
        {
            latent.Dispose();
            base.Dispose();
        }
    }
}
