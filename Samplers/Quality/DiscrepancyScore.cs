namespace FlowOde.Samplers.Quality;

/// <summary>A squared maximum mean discrepancy.</summary>
/// <param name="Squared">The estimate of MMD², in units of the kernel; without bias, so that it may fall below 0.</param>
/// <param name="StandardError">Its standard error by the jackknife over the rows of both sets: too large by up to √2 where they follow one distribution.</param>
/// <param name="Kernel">The kernel.</param>
public sealed record DiscrepancyScore(double Squared, double StandardError, string Kernel);
