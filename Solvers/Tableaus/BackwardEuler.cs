namespace FlowOde.Solvers.Tableaus;

/// <summary>The backward Euler method, order 1.</summary>
/// <remarks>Hairer, Wanner, Solving ODEs II, IV.2. Also the Radau IIA method of one stage.</remarks>
public static class BackwardEuler
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("backward-euler", 1, [[1]], [1], [1], stability: Stability.LStable);
}
