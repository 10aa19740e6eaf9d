namespace FlowOde.Solvers.Tableaus;

/// <summary>The implicit midpoint rule, order 2: symmetric and symplectic.</summary>
/// <remarks>Hairer, Wanner, Solving ODEs II, IV.3. Also the Gauss method of one stage.</remarks>
public static class ImplicitMidpoint
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("implicit-midpoint", 2, [[0.5]], [1], [0.5], stability: Stability.AStable);
}
