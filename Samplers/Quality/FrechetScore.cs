namespace FlowOde.Samplers.Quality;

/// <summary>A Fréchet distance of feature Gaussians.</summary>
/// <param name="Distance">The distance of all rows' Gaussians, in squared units of the features: too large, the more so the fewer the rows.</param>
/// <param name="Extrapolated">The distance that follows for infinitely many rows from that of all and of half the rows; may fall below 0. Null where half of the rows are too few to tell.</param>
public sealed record FrechetScore(double Distance, double? Extrapolated)
{
    /// <summary>How much of the distance is owed to the number of rows, as the extrapolation has it; null where there is none.</summary>
    public double? Bias => Distance - Extrapolated;
}
