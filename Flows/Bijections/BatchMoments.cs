namespace FlowOde.Flows.Bijections;

/// <summary>Means and variances of one batch, which a record proposes for the running statistics of a part of its flow.</summary>
/// <param name="Count">Numbers behind each mean, at least 1.</param>
/// <param name="Mean">The mean of each channel or column.</param>
/// <param name="SquaredDeviations">Σ (x − mean)² of each channel or column.</param>
public sealed record BatchMoments(long Count, IReadOnlyList<double> Mean, IReadOnlyList<double> SquaredDeviations)
{
    /// <summary>The moments of two batches together (Chan, Golub, LeVeque 1983).</summary>
    /// <exception cref="ArgumentException">They have different numbers of channels.</exception>
    public BatchMoments With(BatchMoments other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Mean.Count != Mean.Count)
        {
            throw new ArgumentException($"Moments of {Mean.Count} and of {other.Mean.Count} channels have no common ones.", nameof(other));
        }

        long count = Count + other.Count;
        double share = (double)other.Count / count, cross = share * Count;
        double[] apart = [.. other.Mean.Zip(Mean, (theirs, ours) => theirs - ours)];
        return new(
            count,
            [.. Mean.Zip(apart, (mean, d) => mean + (share * d))],
            [.. SquaredDeviations.Zip(other.SquaredDeviations, (a, b) => a + b).Zip(apart, (sum, d) => sum + (cross * d * d))]);
    }
}
