using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Quality;

/// <summary>k(x, y) = exp(−‖x − y‖²/(2b²)): with it two sets of infinitely many rows have discrepancy 0 only if they follow the same distribution.</summary>
/// <remarks>Gretton et al. 2012 (JMLR 13), §2 and, for the bandwidth, §8.</remarks>
public sealed class GaussianKernel : IFeatureKernel
{
    private const int RowsForMedian = 1000;

    /// <summary>Makes a kernel.</summary>
    /// <param name="bandwidth">b, in units of the features, greater than 0.</param>
    public GaussianKernel(double bandwidth)
    {
        Bandwidth = bandwidth > 0 && double.IsFinite(bandwidth) ? bandwidth : throw new ArgumentOutOfRangeException(nameof(bandwidth), bandwidth, "A bandwidth is a positive number.");
    }

    /// <summary>b, in units of the features.</summary>
    public double Bandwidth { get; }

    /// <inheritdoc/>
    public string Name => $"Gaussian of bandwidth {Bandwidth:G4}";

    /// <summary>The kernel whose bandwidth is the median distance of two rows of both sets together, of the first 1,000 of each.</summary>
    /// <param name="first">[M, F]. Not changed.</param>
    /// <param name="second">[N, F]. Not changed.</param>
    /// <exception cref="ArgumentException">The sets do not fit each other, are not finite, or more than half of all rows are equal.</exception>
    public static GaussianKernel OfMedianDistance(Tensor first, Tensor second)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (a, b) = FeatureRows.Pair(first, second, 2);
        var all = cat([a.narrow(0, 0, Math.Min(RowsForMedian, a.size(0))), b.narrow(0, 0, Math.Min(RowsForMedian, b.size(0)))]);
        long count = all.size(0);
        var above = ones([count, count], ScalarType.Bool).triu(1);
        double median = SquaredDistances(all, all).masked_select(above).median().sqrt().item<double>();
        return median > 0
            ? new(median)
            : throw new ArgumentException("At least half of all pairs of rows are equal, so that their median distance is no bandwidth. Give a bandwidth, or other features.", nameof(first));
    }

    /// <inheritdoc/>
    public Tensor Matrix(Tensor first, Tensor second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        using Scalar scale = -0.5 / (Bandwidth * Bandwidth);
        return SquaredDistances(first, second).mul_(scale).exp_();
    }

    /// <summary>‖x − y‖² of each row with each other, [M, N], not below 0; correct to the round-off of the rows' own lengths.</summary>
    internal static Tensor SquaredDistances(Tensor first, Tensor second)
    {
        using Scalar minusTwo = -2.0, zero = 0.0, one = 1.0, two = 2.0;
        var lengths = first.pow(two).sum(1).unsqueeze(1).add(second.pow(two).sum(1), one);
        return mm(first, second.t()).mul_(minusTwo).add_(lengths, one).clamp_min_(zero);
    }
}
