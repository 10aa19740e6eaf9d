namespace FlowOde.Solvers.Tableaus;

/// <summary>The trapezoidal rule (Crank–Nicolson), order 2. It does not damp what decays fast: R(−∞) = −1.</summary>
/// <remarks>Hairer, Wanner, Solving ODEs II, IV.3.</remarks>
public static class Trapezoid
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("trapezoid", 2, [[], [0.5, 0.5]], [0.5, 0.5], [0, 1], stability: Stability.AStable);
}
