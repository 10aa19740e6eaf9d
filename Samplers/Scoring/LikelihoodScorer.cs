using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Solvers;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Scoring;

/// <summary>log p of rows under a flow, with the error bar that an estimated trace leaves.</summary>
/// <param name="flow">The flow, with settings for evaluation.</param>
/// <param name="options">How rows are scored.</param>
/// <param name="exactTrace">Whether the flow's trace is exact, so that one solve has no estimation error.</param>
public sealed class LikelihoodScorer(SequentialFlow flow, ScorerOptions options, bool exactTrace)
{
    /// <summary>Scores rows.</summary>
    /// <param name="rows">Rows, [rows, dimension] row by row, in data units.</param>
    /// <param name="source">The draws of the trace estimate; row i depends on its number only.</param>
    /// <param name="progress">Is told the fraction done.</param>
    /// <param name="stop">Asks for an early end, before the next rows are begun; where the flow's limits have it too (<see cref="FlowOde.Solvers.Integration.StepLimits.Stop"/>), also within a solve.</param>
    /// <param name="context">What each row's field depends on besides, such as its class as a unit vector, [rows, context] row by row; empty for zeros.</param>
    /// <returns>A score for each row; NaN where a row cannot be solved for and the options let the others go on.</returns>
    /// <exception cref="OdeSolveException">A solve cannot go on, and the options do not let the others go on.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public RowScores Score(ReadOnlyMemory<double> rows, RandomSource source, ReadOnlyMemory<double> context = default, IProgress<double>? progress = null, CancellationToken stop = default)
    {
        int dimension = flow.Dimension;
        if (rows.Length % dimension != 0)
        {
            throw new ArgumentException($"{rows.Length} numbers are not whole rows of {dimension} columns.", nameof(rows));
        }

        int count = rows.Length / dimension, estimates = exactTrace ? 1 : options.Estimates;
        var (means, errors, cost) = (new double[count], new double[count], new SolveStatistics());
        void ScoreSome(long first, int size)
        {
            try
            {
                Estimate(first, size);
            }
            catch (OdeSolveException) when (options.MarksUnsolved)
            {
                // What keeps a batch from going on is a row of it: halves tell the others from it.
                if (size == 1)
                {
                    means[first] = errors[first] = double.NaN;
                    return;
                }

                ScoreSome(first, size / 2);
                ScoreSome(first + (size / 2), size - (size / 2));
            }
        }

        void Estimate(long first, int size)
        {
            var values = ToTensor(rows.Slice((int)first * dimension, size * dimension), dimension);
            long[] numbers = [.. Enumerable.Range(0, size).Select(i => first + i)];
            var given = RowContext.Of(context, count, first, size, options);
            var (sum, squares) = (new double[size], new double[size]);
            for (int estimate = 0; estimate < estimates; estimate++)
            {
                using var result = flow.ToBase(values, new FlowDraw(source, RandomPurpose.Evaluation, estimate, numbers) { Context = given });
                using var logDensity = result.LogDensity().to(ScalarType.Float64).cpu();
                double[] here = logDensity.data<double>().ToArray();
                for (int i = 0; i < size; i++)
                {
                    sum[i] += here[i];
                    squares[i] += here[i] * here[i];
                }

                lock (means)
                {
                    cost = result.Statistics.Evaluations > cost.Evaluations ? result.Statistics : cost;
                }
            }

            for (int i = 0; i < size; i++)
            {
                double mean = sum[i] / estimates;
                means[first + i] = mean;
                errors[first + i] = exactTrace ? 0 : estimates == 1 ? double.NaN
                    : Math.Sqrt(Math.Max(0, (squares[i] / estimates) - (mean * mean)) / (estimates - 1));
            }
        }

        RowChunks.Run(count, options.Chunk, options.Threads, progress, ScoreSome, stop);
        return new(means, errors, cost);
    }

    private Tensor ToTensor(ReadOnlyMemory<double> values, int dimension) =>
        tensor(values.ToArray(), dtype: ScalarType.Float64).view(-1, dimension).to(options.DType).to(options.Device);
}
