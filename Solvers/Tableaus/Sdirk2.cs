namespace FlowOde.Solvers.Tableaus;

/// <summary>The diagonally implicit method of two stages and order 2 with the diagonal γ = 1 − 1/√2.</summary>
/// <remarks>Alexander 1977, SIAM J. Numer. Anal. 14:1006.</remarks>
public static class Sdirk2
{
    private static readonly double _gamma = 1 - (1 / Math.Sqrt(2));

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("sdirk2", 2, [[_gamma], [1 - _gamma, _gamma]], [1 - _gamma, _gamma], [_gamma, 1], stability: Stability.LStable);
}
