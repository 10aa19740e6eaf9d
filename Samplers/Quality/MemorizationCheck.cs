using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Quality;

/// <summary>Whether samples are copies of training rows: a generator that repeats its training data scores well by every measure that only asks for likeness.</summary>
/// <remarks>
/// Meehan, Chaudhuri, Dasgupta 2020 (2004.05675): a Mann–Whitney test between the distances of samples and of held-out rows to the training rows, here over the whole
/// space. The test takes the normal law of the rank sum, for a dozen rows or more of each.
/// </remarks>
public static class MemorizationCheck
{
    private const long RowsAtOnce = 512;
    private const long TrainingAtOnce = 8192;
    private const double NearestHeldOut = 0.01;

    /// <summary>Compares distances.</summary>
    /// <param name="samples">[M, F], pixels or features. Not changed.</param>
    /// <param name="training">The rows that were trained on, [T, F]. Not changed.</param>
    /// <param name="heldOut">Rows of the same kind that were not, [N, F]. Not changed.</param>
    /// <exception cref="ArgumentException">The sets do not fit each other, are empty or not finite, or half of the held-out rows are training rows.</exception>
    public static MemorizationScore Of(Tensor samples, Tensor training, Tensor heldOut)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (drawn, known) = FeatureRows.Pair(samples, training, 1);
        var (fresh, _) = FeatureRows.Pair(heldOut, training, 1);
        var (distances, nearest) = ToNearest(drawn, known);
        var (others, _) = ToNearest(fresh, known);
        double[] sorted = [.. others.Order()];
        double median = Median(sorted);
        if (median == 0)
        {
            throw new ArgumentException("At least half of the held-out rows are among the training rows, so that they say nothing about new ones. Hold other rows out.", nameof(heldOut));
        }

        double m = distances.Length, n = sorted.Length;
        double nearer = distances.Sum(distance => n - Below(sorted, distance, orEqual: true) + (0.5 * (Below(sorted, distance, orEqual: true) - Below(sorted, distance, orEqual: false))));
        double z = (nearer - (m * n / 2)) / Math.Sqrt(m * n * (m + n + 1) / 12);
        double threshold = sorted[(int)(NearestHeldOut * n)];
        return new(Median([.. distances.Order()]) / median, nearer / (m * n), UpperTail(z), distances.Count(distance => distance < threshold) / m, distances, nearest);
    }

    /// <summary>Each row's distance to its nearest training row, and which that is; the distance is taken of the two rows themselves, so that copies have exactly 0.</summary>
    private static (double[] Distances, int[] Nearest) ToNearest(Tensor rows, Tensor training)
    {
        var distances = new List<double>();
        var nearest = new List<int>();
        for (long start = 0; start < rows.size(0); start += RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var some = rows.narrow(0, start, Math.Min(RowsAtOnce, rows.size(0) - start));
            using Scalar farthest = double.PositiveInfinity, two = 2.0;
            var best = full(some.size(0), farthest, dtype: ScalarType.Float64);
            var index = zeros(some.size(0), dtype: ScalarType.Int64);
            for (long first = 0; first < training.size(0); first += TrainingAtOnce)
            {
                using var inner = NewDisposeScope();
                var (values, at) = GaussianKernel.SquaredDistances(some, training.narrow(0, first, Math.Min(TrainingAtOnce, training.size(0) - first))).min(1);
                using Scalar offset = first, one = 1L;
                index.copy_(where(values.lt(best), at.add_(offset, one), index));
                best.copy_(minimum(values, best));
            }

            distances.AddRange((some - training.index_select(0, index)).pow(two).sum(1).sqrt().data<double>().ToArray());
            nearest.AddRange(index.data<long>().ToArray().Select(i => (int)i));
        }

        return ([.. distances], [.. nearest]);
    }

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    /// <summary>How many sorted numbers lie below a number, or at it.</summary>
    private static int Below(double[] sorted, double value, bool orEqual)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = sorted[middle] < value || (orEqual && sorted[middle] <= value) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static double UpperTail(double z)
    {
        using var scope = NewDisposeScope();
        return 0.5 * special.erfc(tensor(z / Math.Sqrt(2), ScalarType.Float64)).item<double>();
    }
}
