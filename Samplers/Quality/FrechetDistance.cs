using FlowOde.Flows.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Quality;

/// <summary>‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2(C₁C₂)^½): the squared Wasserstein-2 distance of the normal distributions with two sets' means and covariances.</summary>
/// <remarks>
/// Dowson, Landau 1982; Heusel et al. 2017 (1706.08500) on the features of a network that is not ours: numbers do not compare. Finite sets make it too large by about
/// c/N (Chong, Forsyth 2020, 1911.07023), which is told from the distances of halves and taken off in <see cref="FrechetScore.Extrapolated"/>.
/// That holds for several rows to each feature; with fewer than three in a half nothing is taken off, and only distances of as many rows compare: prefer
/// <see cref="KernelDiscrepancy"/>, which has no bias.
/// </remarks>
public static class FrechetDistance
{
    private const long LeastRowsOfAFeature = 3;

    /// <summary>Measures the distance.</summary>
    /// <param name="first">[M, F], at least 4 rows. Not changed.</param>
    /// <param name="second">[N, F], at least 4 rows. Not changed.</param>
    /// <exception cref="ArgumentException">The sets do not fit each other, have too few rows or are not finite.</exception>
    public static FrechetScore Of(Tensor first, Tensor second)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (x, y) = FeatureRows.Pair(first, second, 4);
        double all = Between(x, y);
        if (Math.Min(x.size(0), y.size(0)) / 2 < LeastRowsOfAFeature * x.size(1))
        {
            return new(all, null);
        }

        var (x1, x2) = Halves(x, 0);
        var (y1, y2) = Halves(y, 1);
        double half = (Between(x1, y1) + Between(x2, y2)) / 2;
        return new(all, (2 * all) - half);
    }

    /// <summary>The halves of a set in a random order, always the same.</summary>
    private static (Tensor First, Tensor Second) Halves(Tensor rows, int epoch)
    {
        long[] order = new RandomSource(0).Stream(RandomPurpose.Split, epoch).Permutation(rows.size(0));
        Tensor Part(Range range) => rows.index_select(0, tensor(order[range]));
        int half = order.Length / 2;
        return (Part(..half), Part(half..(2 * half)));
    }

    private static double Between(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var (mean1, covariance1) = Moments(x);
        var (mean2, covariance2) = Moments(y);
        using Scalar zero = 0.0, one = 1.0, two = 2.0;

        // (C₁C₂)^½ has the trace of (C₁^½ C₂ C₁^½)^½, which is symmetric.
        var (values, vectors) = linalg.eigh(covariance1);
        var root = mm(vectors * values.clamp_min(zero).sqrt(), vectors.t());
        var product = mm(mm(root, covariance2), root);
        double cross = linalg.eigvalsh(product.add(product.t(), one).div_(two)).clamp_min(zero).sqrt().sum().item<double>();
        double means = (mean1 - mean2).pow(two).sum().item<double>();
        return means + covariance1.trace().add(covariance2.trace(), one).item<double>() - (2 * cross);
    }

    private static (Tensor Mean, Tensor Covariance) Moments(Tensor rows)
    {
        var mean = rows.mean([0L]);
        var centred = rows - mean;
        using Scalar count = rows.size(0) - 1.0;
        return (mean, mm(centred.t(), centred).div_(count));
    }
}
