using FlowOde.Flows.Randomness;
using static TorchSharp.torch;

namespace FlowOde.Tests.Samplers.Quality;

/// <summary>Rows whose law, or whose moments, are known.</summary>
internal static class QualityRows
{
    /// <summary>Standard normal rows, [rows, columns]; each number has rows of its own.</summary>
    public static Tensor Normal(int rows, int columns, int number)
    {
        var values = new double[rows * columns];
        new RandomSource(11).Stream(RandomPurpose.Sample, number).FillNormal<double>([.. Enumerable.Range(0, rows).Select(i => (long)i)], columns, values);
        return tensor(values).view(rows, columns);
    }

    /// <summary>Rows with exactly this mean and this covariance.</summary>
    public static Tensor WithMoments(int rows, Tensor mean, Tensor covariance, int number)
    {
        var raw = Normal(rows, (int)mean.size(0), number);
        raw -= raw.mean([0L]);
        var factor = linalg.cholesky(raw.t().mm(raw).Over(rows - 1));
        var white = raw.mm(linalg.inv(factor).t());
        return white.mm(linalg.cholesky(covariance).t()).Plus(mean);
    }
}
