namespace FlowOde.Samplers.Checks;

/// <summary>How exactly data → base → data returns at one tolerance.</summary>
/// <param name="Tolerance">The relative and absolute tolerance of both solves.</param>
/// <param name="DType">The type of the state.</param>
/// <param name="Median">The median over rows of the largest entry of the difference, in standardised units.</param>
/// <param name="Largest">The largest over rows.</param>
/// <param name="MeanNegativeLogDensity">Mean −log p of the rows at this tolerance, in nats.</param>
public sealed record RoundTripPoint(double Tolerance, string DType, double Median, double Largest, double MeanNegativeLogDensity);
