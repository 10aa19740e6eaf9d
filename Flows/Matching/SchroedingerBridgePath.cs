namespace FlowOde.Flows.Matching;

/// <summary>
/// x = t·x1 + (1 − t)·x0 + σ√(t(1 − t))·ε: Brownian bridges between noise and data. With a Sinkhorn coupling of ε = 2σ² the field is that of the
/// Schrödinger bridge.
/// </summary>
/// <remarks>Tong et al. 2024 (2302.00482), Eq. 20–21 (SB-CFM): u = (1 − 2t)/(2t(1 − t))·(x − μ) + x1 − x0, singular at both ends.</remarks>
/// <param name="width">σ, greater than 0.</param>
public sealed class SchroedingerBridgePath(double width) : IProbabilityPath
{
    private const double Edge = 1e-3;

    /// <summary>σ.</summary>
    public double Width { get; } = width > 0 && double.IsFinite(width) ? width : throw new ArgumentOutOfRangeException(nameof(width), width, "The width of a bridge is greater than 0.");

    /// <inheritdoc/>
    public string Name => "schroedinger-bridge";

    /// <inheritdoc/>
    public string Description => "Brownian bridges between noise and data (Schrödinger bridge with a Sinkhorn coupling)";

    /// <inheritdoc/>
    public (double First, double Last) Span => (Edge, 1 - Edge);

    /// <inheritdoc/>
    public bool HasSpread => true;

    /// <inheritdoc/>
    public PathCoefficients At(double time)
    {
        double root = Math.Sqrt(time * (1 - time));
        return new(time, 1 - time, Width * root, 1, -1, Width * (1 - (2 * time)) / (2 * root));
    }
}
