namespace FlowOde.Flows.Matching;

/// <summary>x = sin(πt/2)·x1 + cos(πt/2)·x0: keeps the variance where noise and data have one.</summary>
/// <remarks>Albergo, Vanden-Eijnden 2023 (2209.15571), Eq. 5.</remarks>
public sealed class VpTrigonometricPath : IProbabilityPath
{
    /// <inheritdoc/>
    public string Name => "vp-trigonometric";

    /// <inheritdoc/>
    public string Description => "a quarter turn from noise to data, which keeps the variance";

    /// <inheritdoc/>
    public (double First, double Last) Span => (0, 1);

    /// <inheritdoc/>
    public bool HasSpread => false;

    /// <inheritdoc/>
    public PathCoefficients At(double time)
    {
        double turn = Math.PI / 2;
        var (sine, cosine) = Math.SinCos(turn * time);
        return new(sine, cosine, 0, turn * cosine, -turn * sine, 0);
    }
}
