using FlowOde.Cli.Training;
using FlowOde.Flows.Classification;
using FlowOde.Flows.Training;
using static TorchSharp.torch;

namespace FlowOde.Cli.Classifying;

/// <summary>Applies a classifier to rows, in chunks shared between threads. Which rows are in a chunk does not depend on the threads.</summary>
/// <param name="classifier">The classifier with its numbers.</param>
/// <param name="classes">Number of its classes.</param>
/// <param name="threads">Number of threads.</param>
/// <param name="dtype">The type of numbers.</param>
/// <param name="device">Where to compute.</param>
internal sealed class ClassifierScorer(BoundClassifier classifier, int classes, int threads, ScalarType dtype, Device device) : IDisposable
{
    private const int Chunk = 200;

    private readonly WorkerThreads _workers = new(threads);

    /// <summary>Applies it.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="stop">Asks for an early end.</param>
    /// <param name="progress">Is told the share of the rows that is done; null for nobody.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public PartScores Score(DataPart rows, CancellationToken stop, IProgress<double>? progress = null) => Score(rows, Chunk, stop, progress);

    /// <summary>Applies it to so many rows at a time: where steps adapt, rows of a chunk share them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="chunk">Rows at a time.</param>
    /// <param name="stop">Asks for an early end.</param>
    /// <param name="progress">Is told the share of the rows that is done; null for nobody.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public PartScores Score(DataPart rows, int chunk, CancellationToken stop, IProgress<double>? progress = null)
    {
        int done = 0;
        int chunks = (rows.Rows + chunk - 1) / chunk;
        var probabilities = new double[rows.Rows * classes];
        var evaluations = new int[rows.Rows];
        _workers.Run(Math.Min(_workers.Count, chunks), worker =>
        {
            for (int i = worker; i < chunks; i += Math.Min(_workers.Count, chunks))
            {
                stop.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                int first = i * chunk, count = Math.Min(chunk, rows.Rows - first);
                var values = tensor(rows.Values.AsSpan(first * rows.Dimension, count * rows.Dimension).ToArray(), count, rows.Dimension).to(dtype).to(device);
                using var scores = classifier.Score(values);
                scores.Probabilities().CopyTo(probabilities, first * classes);
                Array.Fill(evaluations, scores.Evaluations, first, count);
                progress?.Report((double)Interlocked.Add(ref done, count) / rows.Rows);
            }
        });
        return new(probabilities, evaluations, rows.Labels, classes);
    }

    /// <inheritdoc/>
    public void Dispose() => _workers.Dispose();
}
