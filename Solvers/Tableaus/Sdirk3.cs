namespace FlowOde.Solvers.Tableaus;

/// <summary>The diagonally implicit method of three stages and order 3.</summary>
/// <remarks>Alexander 1977, SIAM J. Numer. Anal. 14:1006.</remarks>
public static class Sdirk3
{
    /// <summary>The root of 6γ³ − 18γ² + 9γ − 1 that makes the method L-stable.</summary>
    internal const double Gamma = 0.43586652150845899942;

    private static readonly double[] _last = [-((6 * Gamma * Gamma) - (16 * Gamma) + 1) / 4, ((6 * Gamma * Gamma) - (20 * Gamma) + 5) / 4, Gamma];

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("sdirk3", 3, [[Gamma], [(1 - Gamma) / 2, Gamma], _last], _last, [Gamma, (1 + Gamma) / 2, 1], stability: Stability.LStable);
}
