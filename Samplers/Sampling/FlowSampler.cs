using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using FlowOde.Samplers.Scoring;
using FlowOde.Solvers;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Sampling;

/// <summary>Draws rows from a flow: normal rows at the base, carried to the data.</summary>
/// <param name="flow">The flow, with settings for evaluation.</param>
/// <param name="options">Type, device, threads and chunk; the number of estimates has no meaning here.</param>
public sealed class FlowSampler(SequentialFlow flow, ScorerOptions options)
{
    /// <summary>Draws rows. Row i of a seed is the same however many are drawn, within the solver's tolerance.</summary>
    /// <param name="source">The draws.</param>
    /// <param name="first">The number of the first row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="temperature">The factor of the base's standard deviation, greater than 0; 1 samples the model itself.</param>
    /// <param name="progress">Is told the fraction done.</param>
    /// <param name="stop">Asks for an early end, before the next rows are begun; where the flow's limits have it too (<see cref="FlowOde.Solvers.Integration.StepLimits.Stop"/>), also within a solve.</param>
    /// <param name="context">What each row's field depends on besides, such as its class as a unit vector, [count, context] row by row; empty for zeros.</param>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public SampledRows Sample(RandomSource source, long first, int count, double temperature = 1, ReadOnlyMemory<double> context = default, IProgress<double>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (!(temperature > 0) || !double.IsFinite(temperature))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "The temperature must be a positive number.");
        }

        int dimension = flow.Dimension;
        var (result, cost) = (new double[(long)count * dimension], new SolveStatistics());
        var stream = source.Stream(RandomPurpose.Sample, 0);
        RowChunks.Run(count, options.Chunk, options.Threads, progress, (start, size) =>
        {
            var latent = new double[size * dimension];
            long[] numbers = [.. Enumerable.Range(0, size).Select(i => first + start + i)];
            stream.FillNormal<double>(numbers, dimension, latent);
            for (int i = 0; i < latent.Length; i++)
            {
                latent[i] *= temperature;
            }

            var values = tensor(latent, dtype: ScalarType.Float64).view(size, dimension).to(options.DType).to(options.Device);
            using var rows = flow.Generate(values, RowContext.Of(context, count, start, size, options));
            using var wide = rows.Values.to(ScalarType.Float64).cpu().contiguous();
            wide.data<double>().ToArray().CopyTo(result, start * dimension);
            lock (result)
            {
                cost = rows.Statistics.Evaluations > cost.Evaluations ? rows.Statistics : cost;
            }
        }, stop);
        return new(result, cost);
    }
}
