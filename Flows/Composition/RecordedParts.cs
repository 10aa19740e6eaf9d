using FlowOde.Flows.Bijections;
using FlowOde.Flows.Layers;
using FlowOde.Solvers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>The records of the parts of a flow, whose changes of log-density and regularisers add up. Owns them.</summary>
internal abstract class RecordedParts : RecordedFlow
{
    protected RecordedParts(IReadOnlyList<RecordedFlow> records)
    {
        Records = records;
        using var scope = NewDisposeScope();
        DeltaLogDensity = Total(records.Select(record => record.DeltaLogDensity)).DetachFromDisposeScope();
        int channels = records.Max(record => record.Regularizers.Count);
        Regularizers = [.. Enumerable.Range(0, channels).Select(i => Total(records.Where(r => r.Regularizers.Count > i).Select(r => r.Regularizers[i])).DetachFromDisposeScope())];
        Statistics = records.Aggregate(new SolveStatistics(), (sum, record) => sum + record.Statistics);
    }

    public override Tensor DeltaLogDensity { get; }

    public override IReadOnlyList<Tensor> Regularizers { get; }

    public override SolveStatistics Statistics { get; }

    public override IReadOnlyList<IReadOnlyList<double>> Grids => [.. Records.SelectMany(record => record.Grids)];

    public override IReadOnlyList<BatchMoments> Moments => [.. Records.SelectMany(record => record.Moments)];

    public override long KeptBytes => Records.Sum(record => record.KeptBytes);

    /// <summary>The records, from data to base.</summary>
    protected IReadOnlyList<RecordedFlow> Records { get; }

    public override void Dispose()
    {
        DeltaLogDensity.Dispose();
        foreach (IDisposable part in (IEnumerable<IDisposable>)[.. Regularizers, .. Records])
        {
            part.Dispose();
        }
    }

    private static Tensor Total(IEnumerable<Tensor> terms) => terms.Aggregate((Tensor?)null, (sum, term) => sum is null ? term.clone() : sum.add_(term, CachedScalars.One))!;
}
