using FlowOde.Flows.Bijections;
using FlowOde.Flows.Layers;
using FlowOde.Solvers;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>Flows behind each other, listed from data to base; their changes of log-density add up.</summary>
public sealed class SequentialFlow : IFlow, IRunningStatistics, IDisposable
{
    private readonly IFlow[] _parts;
    private readonly long[] _offsets;
    private readonly WorkspacePool _pool;

    /// <summary>Chains flows.</summary>
    /// <param name="parameters">The parameters of the whole chain.</param>
    /// <param name="parts">The flows, from data to base, with the place of each one's parameters in <paramref name="parameters"/>.</param>
    /// <param name="pool">The memory of the parts' solves; freed with the chain.</param>
    /// <exception cref="ArgumentException">There is no part, or two parts have different dimensions.</exception>
    public SequentialFlow(FlatVector parameters, IReadOnlyList<(IFlow Flow, long Offset)> parts, WorkspacePool pool)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0 || parts.Any(part => part.Flow.Dimension != parts[0].Flow.Dimension))
        {
            throw new ArgumentException($"A chain needs flows of one dimension; got [{string.Join(", ", parts.Select(part => part.Flow.Dimension))}].", nameof(parts));
        }

        (Parameters, _parts, _offsets, _pool) = (parameters, [.. parts.Select(part => part.Flow)], [.. parts.Select(part => part.Offset)], pool);
    }

    /// <inheritdoc/>
    public int Dimension => _parts[0].Dimension;

    /// <inheritdoc/>
    public FlatVector Parameters { get; }

    /// <summary>The parts, from data to base.</summary>
    public IReadOnlyList<IFlow> Parts => _parts;

    /// <summary>The place of a part's parameters in <see cref="Parameters"/>.</summary>
    internal long OffsetOf(IFlow part) => _offsets[Array.IndexOf(_parts, part)];

    /// <inheritdoc/>
    public FlowResult ToBase(Tensor data, FlowDraw draw) => Chain(data, _parts, (part, values) => part.ToBase(values, draw));

    /// <inheritdoc/>
    public FlowResult ToData(Tensor latent, FlowDraw draw) => Chain(latent, _parts.Reverse(), (part, values) => part.ToData(values, draw));

    /// <inheritdoc/>
    public GeneratedRows Generate(Tensor latent, Tensor? context = null)
    {
        Check(latent);
        using var scope = NewDisposeScope();
        var (values, cost) = (latent, new SolveStatistics());
        foreach (var part in _parts.Reverse())
        {
            var rows = part.Generate(values, context);
            (values, cost) = (rows.Values, cost + rows.Statistics);
        }

        return new(ReferenceEquals(values, latent) ? latent.alias().MoveToOuterDisposeScope() : values.MoveToOuterDisposeScope(), cost);
    }

    /// <inheritdoc/>
    public RecordedFlow RecordToBase(Tensor data, FlowDraw draw)
    {
        Check(data);
        var records = new List<RecordedFlow>();
        try
        {
            foreach (var part in _parts)
            {
                records.Add(part.RecordToBase(records.Count == 0 ? data : records[^1].Values, draw));
            }

            return new RecordedChain(this, records);
        }
        catch
        {
            records.ForEach(record => record.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public int MomentCount => _parts.MomentCount();

    /// <inheritdoc/>
    public void Commit(IReadOnlyList<BatchMoments> proposed) => _parts.Commit(proposed);

    /// <summary>Frees the memory kept for solves; not while a solve or a record is live.</summary>
    public void Dispose() => _pool.Dispose();

    private FlowResult Chain(Tensor start, IEnumerable<IFlow> parts, Func<IFlow, Tensor, FlowResult> map)
    {
        Check(start);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (values, delta, cost) = (start, zeros(start.shape[0], dtype: start.dtype, device: start.device), new SolveStatistics());
        foreach (var part in parts)
        {
            var result = map(part, values);
            values = result.Values;
            delta.add_(result.DeltaLogDensity, CachedScalars.One);
            cost += result.Statistics;
        }

        return new(values.MoveToOuterDisposeScope(), delta.MoveToOuterDisposeScope(), cost);
    }

    private void Check(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.dim() != 2 || values.shape[1] != Dimension)
        {
            throw new ArgumentException($"The model has {Dimension} columns; the rows are [{string.Join(", ", values.shape)}].", nameof(values));
        }
    }

    private sealed class RecordedChain(SequentialFlow flow, List<RecordedFlow> records) : RecordedParts(records)
    {
        public override Tensor Values => Records[^1].Values;

        public override FlowGradient Pullback(FlowCotangent cotangent, FlatVector intoGradient)
        {
            using var scope = NewDisposeScope();
            var (values, cost, drift) = (cotangent.Values, new SolveStatistics(), 0.0);
            for (int i = Records.Count - 1; i >= 0; i--)
            {
                var part = flow._parts[i];
                var gradient = Records[i].Pullback(cotangent with { Values = values }, intoGradient.Slice(part.Parameters.Layout, flow._offsets[i]));
                values = gradient.Data;
                cost += gradient.Statistics;
                drift = Math.Max(drift, gradient.Drift);
            }

            return new(values.MoveToOuterDisposeScope(), cost) { Drift = drift };
        }
    }
}
