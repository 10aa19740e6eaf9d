namespace FlowOde.Flows.Matching;

/// <summary>
/// x = e^(−T/2)·x1 + √(1 − e^(−T))·x0 with T = ½(1 − t)²(b − a) + (1 − t)a: the variance-preserving diffusion backward in time, with its usual rates a and b.
/// </summary>
/// <remarks>Lipman et al. 2023 (2210.02747), Eq. 18–19; a = 0.1 and b = 20 are those of Song et al. 2021 (2011.13456). Singular as t → 1.</remarks>
public sealed class VpDiffusionPath : IProbabilityPath
{
    private const double FirstRate = 0.1;
    private const double LastRate = 20;
    private const double Edge = 1e-3;

    /// <inheritdoc/>
    public string Name => "vp-diffusion";

    /// <inheritdoc/>
    public string Description => "the variance-preserving diffusion, backward in time";

    /// <inheritdoc/>
    public (double First, double Last) Span => (0, 1 - Edge);

    /// <inheritdoc/>
    public bool HasSpread => false;

    /// <inheritdoc/>
    public PathCoefficients At(double time)
    {
        double left = 1 - time;
        double amount = (0.5 * left * left * (LastRate - FirstRate)) + (left * FirstRate), rate = -(left * (LastRate - FirstRate)) - FirstRate; // T and dT/dt
        double alpha = Math.Exp(-0.5 * amount), variance = -double.ExpM1(-amount), sigma = Math.Sqrt(variance);
        return new(alpha, sigma, 0, -0.5 * rate * alpha, 0.5 * rate * (1 - variance) / sigma, 0);
    }
}
