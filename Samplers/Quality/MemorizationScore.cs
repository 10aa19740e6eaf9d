namespace FlowOde.Samplers.Quality;

/// <summary>How near samples lie to training rows, compared with how near held-out rows lie.</summary>
/// <param name="Ratio">The median distance of samples to their nearest training rows over that of held-out rows: 1 if samples are as new as held-out rows, 0 for copies.</param>
/// <param name="ShareNearer">The chance that a sample lies nearer to the training rows than a held-out row, ties counting half: ½ if samples are as new.</param>
/// <param name="PValue">The chance of at least that share if both lie equally near, one-sided: small where training rows are memorised.</param>
/// <param name="CopyShare">The share of samples that lie nearer than 99 of 100 held-out rows; a hundredth is expected.</param>
/// <param name="Distances">Each sample's distance to its nearest training row, [samples].</param>
/// <param name="Nearest">The index of that training row, [samples].</param>
public sealed record MemorizationScore(double Ratio, double ShareNearer, double PValue, double CopyShare, IReadOnlyList<double> Distances, IReadOnlyList<int> Nearest);
