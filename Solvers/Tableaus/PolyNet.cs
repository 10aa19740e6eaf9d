namespace FlowOde.Solvers.Tableaus;

/// <summary>
/// PolyNet's poly-2 block as the fixed-point iteration that it stands for: x + hF(x + hF(x)), backward Euler's equation y = x + hF(y) iterated twice
/// from y = x. An explicit Runge–Kutta method of order 1.
/// </summary>
/// <remarks>
/// Zhang et al. 2017 (arXiv 1611.05725); Lu et al. 2018 (1710.10121), §2. The block as published, x + hF(x) + hF(hF(x)), is
/// <see cref="Steppers.PolyNetBlock"/>: the same for linear F only.
/// </remarks>
public static class PolyNet
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("polynet2", 1, [[], [1]], [0, 1], [0, 1], denseOrder: 1);
}
