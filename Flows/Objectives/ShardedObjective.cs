using FlowOde.Flows.Composition;
using FlowOde.Flows.Training;
using FlowOde.Solvers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Objectives;

/// <summary>
/// Evaluates an objective on shards of a batch, one thread each, and adds the gradients in the shards' order: the same number of shards
/// gives the same bits. Each shard's solve chooses its own steps.
/// </summary>
public sealed class ShardedObjective : IObjective, IDisposable
{
    private readonly IObjective _objective;
    private readonly FlatVector[] _gradients;
    private readonly WorkerThreads _workers;

    /// <summary>Splits batches.</summary>
    /// <param name="objective">The objective of each shard; must be thread-safe.</param>
    /// <param name="shards">Number of shards and threads, at least 1.</param>
    /// <param name="parameters">The parameters; only their layout is used.</param>
    public ShardedObjective(IObjective objective, int shards, FlatVector parameters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        ArgumentNullException.ThrowIfNull(parameters);
        (_objective, _workers) = (objective, new WorkerThreads(shards));
        _gradients = [.. Enumerable.Range(0, shards).Select(_ => parameters.CreateLike())];
    }

    /// <inheritdoc/>
    public ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentNullException.ThrowIfNull(intoGradient);
        int shards = (int)Math.Min(_gradients.Length, batch.Rows.Length);
        if (shards == 1)
        {
            return _objective.Evaluate(flow, batch, draw, globalRows, intoGradient);
        }

        // What another number of shards left says nothing of these shards.
        int parts = draw.Prior.Count % shards == 0 ? draw.Prior.Count / shards : 0;
        var results = new ObjectiveResult[shards];
        _workers.Run(shards, shard =>
        {
            int first = shard * batch.Rows.Length / shards, count = ((shard + 1) * batch.Rows.Length / shards) - first;
            using var scope = NewDisposeScope();
            long[] rows = batch.Rows.AsSpan(first, count).ToArray();
            var part = new TrainingBatch(batch.Values.narrow(0, first, count), rows) { Context = batch.Context?.narrow(0, first, count), Noise = batch.Noise?.narrow(0, first, count) };
            _gradients[shard].Clear();
            var prior = draw.Prior.Skip(shard * parts).Take(parts);
            results[shard] = _objective.Evaluate(flow, part, draw with { Rows = rows, Prior = [.. prior] }, globalRows, _gradients[shard]);
        });
        double[] ones = [.. Enumerable.Repeat(1.0, shards)];
        LinearCombination.Write(intoGradient, ones, _gradients.AsSpan(0, shards), [new(0, intoGradient.Layout.Length)], intoGradient);
        return new()
        {
            Loss = results.Sum(r => r.Loss),
            SumScore = results.Sum(r => r.SumScore),
            SumSquaredScore = results.Sum(r => r.SumSquaredScore),
            Rows = results.Sum(r => r.Rows),
            Forward = Largest(results.Select(r => r.Forward)),
            Backward = Largest(results.Select(r => r.Backward)),
            Grids = results[0].Grids,
            Profiles = [.. results.SelectMany(r => r.Profiles)],
            Moments = [.. Enumerable.Range(0, results[0].Moments.Count).Select(i => results.Select(r => r.Moments[i]).Aggregate((a, b) => a.With(b)))],
            KeptBytes = results.Sum(r => r.KeptBytes),
            Drift = results.Max(r => r.Drift),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _workers.Dispose();
        Array.ForEach(_gradients, gradient => gradient.Dispose());
    }

    private static SolveStatistics Largest(IEnumerable<SolveStatistics> costs) => costs.MaxBy(cost => cost.Evaluations + cost.Pullbacks)!;
}
