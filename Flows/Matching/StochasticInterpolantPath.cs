namespace FlowOde.Flows.Matching;

/// <summary>x = t·x1 + (1 − t)·x0 + a·sin²(πt)·ε: a stochastic interpolant with noise in the middle, smooth at both ends.</summary>
/// <remarks>
/// Albergo, Boffi, Vanden-Eijnden 2023 (2303.08797), §2 with γ(t) = a·sin²(πt). Its loss ½|b|² − (∂tI + γ̇ε)·b and half the squared error differ by a constant, so
/// both have one minimiser b = E[∂tI + γ̇ε | x] and one gradient.
/// </remarks>
/// <param name="width">a, at least 0; 0 is the straight path.</param>
public sealed class StochasticInterpolantPath(double width) : IProbabilityPath
{
    private readonly double _width = width >= 0 && double.IsFinite(width) ? width : throw new ArgumentOutOfRangeException(nameof(width), width, "The width of an interpolant is at least 0.");

    /// <inheritdoc/>
    public string Name => "stochastic-interpolant";

    /// <inheritdoc/>
    public string Description => "stochastic interpolant: straight lines with noise in the middle";

    /// <inheritdoc/>
    public (double First, double Last) Span => (0, 1);

    /// <inheritdoc/>
    public bool HasSpread => _width > 0;

    /// <inheritdoc/>
    public PathCoefficients At(double time)
    {
        double sine = Math.Sin(Math.PI * time);
        return new(time, 1 - time, _width * sine * sine, 1, -1, _width * Math.PI * Math.Sin(2 * Math.PI * time));
    }
}
