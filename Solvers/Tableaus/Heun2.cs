namespace FlowOde.Solvers.Tableaus;

/// <summary>Heun's method (explicit trapezoidal rule), order 2, with Euler's method embedded.</summary>
/// <remarks>Hairer, Nørsett, Wanner, Solving ODEs I, II.1.</remarks>
public static class Heun2
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("heun2", 2, [[], [1]], [0.5, 0.5], [0, 1], [-0.5, 0.5], embeddedOrder: 1);
}
