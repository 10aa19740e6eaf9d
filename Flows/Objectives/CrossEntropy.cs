using FlowOde.Flows.Classification;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Training;
using FlowOde.Solvers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Objectives;

/// <summary>The mean cross-entropy of a classifier, in nats, by several threads: each has a part of the rows, and gradients are added in the threads' order.</summary>
public sealed class CrossEntropy : IDisposable
{
    private readonly BoundClassifier _classifier;
    private readonly FlatVector[] _gradients;
    private readonly WorkerThreads _workers;

    /// <summary>Prepares threads.</summary>
    /// <param name="classifier">The classifier, bound for training.</param>
    /// <param name="threads">Number of threads, at least 1.</param>
    /// <param name="parameters">The parameters; only their layout is used.</param>
    public CrossEntropy(BoundClassifier classifier, int threads, FlatVector parameters)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentNullException.ThrowIfNull(parameters);
        (_classifier, _workers) = (classifier, new WorkerThreads(threads));
        _gradients = [.. Enumerable.Range(0, threads).Select(_ => parameters.CreateLike())];
    }

    /// <summary>The loss of a batch and its gradient.</summary>
    /// <param name="batch">The rows, with their classes as unit vectors for context.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <exception cref="ArgumentException">The batch has no classes.</exception>
    /// <exception cref="OdeSolveException">A solve cannot go on.</exception>
    public ObjectiveResult Evaluate(TrainingBatch batch, FlatVector intoGradient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(intoGradient);
        var classes = batch.Context ?? throw new ArgumentException("A batch to learn classes from has them as context; this one has none.", nameof(batch));
        int rows = batch.Rows.Length, shards = Math.Min(_gradients.Length, rows);
        var results = new ObjectiveResult[shards];
        _workers.Run(shards, shard =>
        {
            using var scope = NewDisposeScope();
            int first = shard * rows / shards, count = ((shard + 1) * rows / shards) - first;
            _gradients[shard].Clear();
            results[shard] = _classifier.Gradient(batch.Values.narrow(0, first, count), classes.narrow(0, first, count), rows, _gradients[shard]);
        });
        foreach (var gradient in _gradients.Take(shards))
        {
            intoGradient.Flat.add_(gradient.Flat, CachedScalars.One);
        }

        return new()
        {
            Loss = results.Sum(result => result.Loss),
            SumScore = results.Sum(result => result.SumScore),
            SumSquaredScore = results.Sum(result => result.SumSquaredScore),
            Rows = rows,
            Forward = Largest(results.Select(result => result.Forward)),
            Backward = Largest(results.Select(result => result.Backward)),
            Grids = results[0].Grids,
            KeptBytes = results.Sum(result => result.KeptBytes),
            Drift = results.Max(result => result.Drift),
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
