using static TorchSharp.torch;

namespace FlowOde.Samplers.Quality;

/// <summary>The squared maximum mean discrepancy of two sets of rows: the squared distance of their mean embeddings under a kernel.</summary>
/// <remarks>
/// The unbiased estimate of Gretton et al. 2012 (JMLR 13), Eq. 3. Its standard error is that of the delete-one jackknife over both samples (Efron, Stein 1981), which
/// also holds where the distributions are the same and the estimate's leading term vanishes: there it is conservative.
/// </remarks>
public static class KernelDiscrepancy
{
    private const long RowsAtOnce = 1024;

    /// <summary>Estimates MMD².</summary>
    /// <param name="first">[M, F], at least 3 rows, such as features of samples. Not changed.</param>
    /// <param name="second">[N, F], at least 3 rows, such as features of held-out data. Not changed.</param>
    /// <param name="kernel">The kernel.</param>
    /// <exception cref="ArgumentException">The sets do not fit each other, have too few rows or are not finite.</exception>
    public static DiscrepancyScore Of(Tensor first, Tensor second, IFeatureKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (x, y) = FeatureRows.Pair(first, second, 3);
        double m = x.size(0), n = y.size(0);
        var (withinX, _) = Sums(x, x, kernel, isOneSet: true);
        var (withinY, _) = Sums(y, y, kernel, isOneSet: true);
        var (crossX, crossY) = Sums(x, y, kernel, isOneSet: false);
        double sumX = withinX.Sum(), sumY = withinY.Sum(), sumXY = crossX.Sum();
        double meanX = sumX / (m * (m - 1)), meanY = sumY / (n * (n - 1));
        double estimate = meanX + meanY - (2 * sumXY / (m * n));
        double variance = Jackknife(withinX, crossX, sumX, sumXY, n, meanY) + Jackknife(withinY, crossY, sumY, sumXY, m, meanX);
        return new(estimate, Math.Sqrt(variance), kernel.Name);
    }

    /// <summary>The variance of the estimates that lack one row of a set.</summary>
    private static double Jackknife(double[] within, double[] cross, double sumWithin, double sumCross, double others, double meanOthers)
    {
        double count = within.Length;
        double[] estimates = [.. within.Zip(cross, (own, other) =>
            ((sumWithin - (2 * own)) / ((count - 1) * (count - 2))) + meanOthers - (2 * (sumCross - other) / ((count - 1) * others)))];
        double mean = estimates.Average();
        return estimates.Sum(estimate => (estimate - mean) * (estimate - mean)) * (count - 1) / count;
    }

    /// <summary>For each row of a, the sum of k over b; for each row of b that over a. Of one set, without a row's k with itself.</summary>
    private static (double[] OfA, double[] OfB) Sums(Tensor a, Tensor b, IFeatureKernel kernel, bool isOneSet)
    {
        using TorchSharp.Scalar one = 1.0;
        var ofB = zeros(b.size(0), dtype: ScalarType.Float64);
        var ofA = new List<double>();
        for (long start = 0; start < a.size(0); start += RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            long count = Math.Min(RowsAtOnce, a.size(0) - start);
            var matrix = kernel.Matrix(a.narrow(0, start, count), b);
            if (isOneSet)
            {
                matrix.diagonal(start).zero_();
            }

            ofA.AddRange(matrix.sum(1).data<double>().ToArray());
            ofB.add_(matrix.sum([0L]), one);
        }

        return ([.. ofA], ofB.data<double>().ToArray());
    }
}
