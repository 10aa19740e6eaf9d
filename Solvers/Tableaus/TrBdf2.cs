namespace FlowOde.Solvers.Tableaus;

/// <summary>The trapezoidal rule followed by the two-step backward differentiation formula, as one step of order 2 with an embedded solution of order 3.</summary>
/// <remarks>
/// Bank et al. 1985; as a Runge–Kutta method Hosea, Shampine 1996, Appl. Numer. Math. 20:21, whose filter keeps the error bounded on stiff equations.
/// </remarks>
public static class TrBdf2
{
    private static readonly double _gamma = 1 - (Math.Sqrt(2) / 2);
    private static readonly double _beta = Math.Sqrt(2) / 4;
    private static readonly double[] _last = [_beta, _beta, _gamma];

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "trbdf2",
        2,
        [[], [_gamma, _gamma], _last],
        _last,
        [0, 2 * _gamma, 1],
        [_beta - ((1 - _beta) / 3), _beta - (((3 * _beta) + 1) / 3), _gamma * 2 / 3],
        embeddedOrder: 3,
        errorFilter: _gamma,
        stability: Stability.LStable);
}
