using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Scoring;

/// <summary>Bits per dimension of images of integers under a flow, by several draws of the noise that makes them continuous.</summary>
/// <param name="flow">The flow, with settings for evaluation; of x + u in levels, as a model with <see cref="FlowOptions.Levels"/> is.</param>
/// <param name="dequantization">How noise is added.</param>
/// <param name="options">How rows are scored; its estimates are the draws of the noise, each with probes of its own.</param>
/// <param name="exactTrace">Whether the flow's trace is exact.</param>
public sealed class BitsPerDimScorer(SequentialFlow flow, Dequantization dequantization, ScorerOptions options, bool exactTrace)
{
    /// <summary>Scores images.</summary>
    /// <param name="images">Integers 0 … L − 1, [rows, dimension] row by row.</param>
    /// <param name="source">The draws; those of a row depend on its number only.</param>
    /// <param name="progress">Is told the fraction done.</param>
    /// <param name="stop">Asks for an early end, before the next rows are begun; where the flow's limits have it too (<see cref="FlowOde.Solvers.Integration.StepLimits.Stop"/>), also within a solve.</param>
    /// <param name="contexts">
    /// What each row's field depends on besides, such as its class as a unit vector, [rows, context] row by row; empty for zeros. With several the density is their mean's,
    /// as of a class that is not known: log p(x + u) = log mean p(x + u | context), with one draw of noise and probes for all.
    /// </param>
    /// <exception cref="ArgumentException">The numbers are not whole rows, or one is no level.</exception>
    /// <exception cref="OdeSolveException">A solve cannot go on.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public BitsPerDimScores Score(ReadOnlyMemory<double> images, RandomSource source, IReadOnlyList<ReadOnlyMemory<double>> contexts, IProgress<double>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(contexts);
        ArgumentOutOfRangeException.ThrowIfZero(contexts.Count);
        int dimension = flow.Dimension;
        if (images.Length % dimension != 0)
        {
            throw new ArgumentException($"{images.Length} numbers are not whole images of {dimension}.", nameof(images));
        }

        int count = images.Length / dimension;
        var (bits, errors, weighted, cost) = (new double[count], new double[count], new double[count], new SolveStatistics());
        RowChunks.Run(count, options.Chunk, options.Threads, progress, (first, size) =>
        {
            var integers = tensor(images.Slice((int)first * dimension, size * dimension).ToArray(), dtype: ScalarType.Float64).view(size, dimension).to(options.DType);
            long[] numbers = [.. Enumerable.Range(0, size).Select(i => first + i)];
            var samples = new double[size, options.Estimates];
            for (int sample = 0; sample < options.Estimates; sample++)
            {
                using var scope = NewDisposeScope();
                var noisy = dequantization.Spread(integers, numbers, source.Stream(RandomPurpose.Evaluation, sample)).to(options.Device);
                var given = new double[contexts.Count][];
                for (int c = 0; c < contexts.Count; c++)
                {
                    stop.ThrowIfCancellationRequested();
                    using var result = flow.ToBase(noisy, new FlowDraw(source, RandomPurpose.Evaluation, sample, numbers) { Context = RowContext.Of(contexts[c], count, first, size, options) });
                    given[c] = result.LogDensity().neg_().to(ScalarType.Float64).cpu().data<double>().ToArray();
                    lock (bits)
                    {
                        cost = result.Statistics.Evaluations > cost.Evaluations ? result.Statistics : cost;
                    }
                }

                for (int i = 0; i < size; i++)
                {
                    samples[i, sample] = NegativeLogMeanDensity([.. given.Select(nats => nats[i])]);
                }
            }

            for (int i = 0; i < size; i++)
            {
                double[] nats = [.. Enumerable.Range(0, options.Estimates).Select(sample => samples[i, sample])];
                var mean = MeanScore.Of(nats);
                bits[first + i] = BitsPerDim.FromNats(mean.Mean, dimension);
                errors[first + i] = BitsPerDim.FromNats(mean.StandardError, dimension);
                weighted[first + i] = BitsPerDim.FromNats(NegativeLogMeanDensity(nats), dimension);
            }
        }, stop);
        return new(bits, errors, exactTrace ? weighted : null, cost);
    }

    private static double NegativeLogMeanDensity(double[] nats)
    {
        double least = nats.Min();
        return least - Math.Log(nats.Average(value => Math.Exp(least - value)));
    }
}
