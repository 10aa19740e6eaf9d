namespace FlowOde.Solvers.Tableaus;

/// <summary>The explicit midpoint rule, order 2, with Euler's method embedded.</summary>
/// <remarks>Runge 1895; Hairer, Nørsett, Wanner, Solving ODEs I, II.1.</remarks>
public static class Midpoint
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("midpoint", 2, [[], [0.5]], [0, 1], [0, 0.5], [-1, 1], embeddedOrder: 1);
}
