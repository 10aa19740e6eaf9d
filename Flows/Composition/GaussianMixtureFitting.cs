using System.Runtime.InteropServices;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Randomness;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>Runs the starts of a fit and keeps the best, in the units of the rows.</summary>
internal static class GaussianMixtureFitting
{
    public static GaussianMixtureFit Fit(Tensor rows, GaussianMixtureOptions options)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var (data, dim) = Read(rows);
        var table = GaussianMixtureTable.From(data, dim);
        var components = (int)Math.Max(1, Math.Min(Math.Min(options.Components, table.DistinctRows), (rows.shape[0] - 1) / (dim + 1)));
        var logVolume = table.Scale.Sum(Math.Log);
        var source = new RandomSource(options.Seed);
        using var em = new GaussianMixtureEm(table.Values, dim, options.CovarianceFloor);
        var startScores = new double[options.Starts];
        GaussianMixtureFit? best = null;
        for (var start = 0; start < options.Starts; start++)
        {
            var assignment = GaussianMixtureStart.Assign(table.Values, dim, components, new SequentialDraws(source, RandomPurpose.Mixture, start));
            var (state, scores, converged) = em.Run(assignment, components, options);
            using var owned = state;
            startScores[start] = scores[^1] - logVolume;
            if (best is null || startScores[start] > best.MeanLogDensities[^1])
            {
                best?.Dispose();
                best = new GaussianMixtureFit
                {
                    Mixture = ToUnitsOfRows(state, table),
                    RequestedComponents = options.Components,
                    MeanLogDensities = [.. scores.Select(score => score - logVolume)],
                    StartScores = startScores,
                    Converged = converged,
                };
            }
        }

        return best!;
    }

    private static (double[] Data, int Dim) Read(Tensor rows)
    {
        if (rows.dim() != 2 || rows.shape[0] < 1 || rows.shape[1] < 1)
        {
            throw new ArgumentException($"Training rows are [rows, dim] with at least one of each, not [{string.Join(", ", rows.shape)}].", nameof(rows));
        }

        var dim = (int)rows.shape[1];
        var data = MemoryMarshal.Cast<byte, double>(GaussianMixture.ToDoubles(rows).bytes).ToArray();
        for (var at = 0; at < data.Length; at++)
        {
            if (!double.IsFinite(data[at]))
            {
                throw new ArgumentException($"Row {at / dim}, column {at % dim} is {data[at]}; a mixture is fitted to finite numbers. Drop or repair the row.", nameof(rows));
            }
        }

        return (data, dim);
    }

    private static GaussianMixture ToUnitsOfRows(GaussianMixtureState state, GaussianMixtureTable table)
    {
        using var scope = NewDisposeScope();
        var centre = tensor(table.Centre);
        var scale = tensor(table.Scale);
        var weights = state.Weights / state.Weights.sum();
        var covariances = state.Covariances * scale.unsqueeze(0) * scale.unsqueeze(1);
        return new GaussianMixture(weights, (state.Means * scale).add_(centre, CachedScalars.One), covariances);
    }
}
