using FlowOde.Solvers;

namespace FlowOde.Samplers.Scoring;

/// <summary>The score of each image in bits per dimension; smaller is better.</summary>
/// <param name="Bits">The mean over the noise of −log2 p(x + u) / D: at least the bits of the integers themselves, on average.</param>
/// <param name="StandardError">What noise, and probes where the trace is estimated, leave in each; NaN for a single sample.</param>
/// <param name="ImportanceWeighted">
/// −log2 of the mean of p(x + u) over the noise, by D: nearer to the bits of the integers, the more samples (Burda et al. 2016). Null where the
/// trace is estimated, whose densities have another mean than p.
/// </param>
/// <param name="Statistics">What the most expensive chunk cost.</param>
public sealed record BitsPerDimScores(double[] Bits, double[] StandardError, double[]? ImportanceWeighted, SolveStatistics Statistics)
{
    /// <summary>The mean of <see cref="Bits"/> over the images, with its standard error.</summary>
    public MeanScore Mean => MeanScore.Of(Bits);

    /// <summary>The mean of <see cref="ImportanceWeighted"/> over the images, with its standard error; null where there is none.</summary>
    public MeanScore? ImportanceWeightedMean => ImportanceWeighted is null ? null : MeanScore.Of(ImportanceWeighted);
}
