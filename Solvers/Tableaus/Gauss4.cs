namespace FlowOde.Solvers.Tableaus;

/// <summary>The Gauss method of two stages, order 4: symmetric, symplectic and algebraically stable.</summary>
/// <remarks>Hairer, Nørsett, Wanner, Solving ODEs I, II.7. The cubic Hermite polynomial is of order 3, the collocation polynomial of order 2 only.</remarks>
public static class Gauss4
{
    private static readonly double _w = Math.Sqrt(3) / 6;

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "gauss4", 4, [[0.25, 0.25 - _w], [0.25 + _w, 0.25]], [0.5, 0.5], [0.5 - _w, 0.5 + _w], stability: Stability.AStable);
}
