namespace FlowOde.Solvers.Tableaus;

/// <summary>The Radau IIA method of three stages, order 5, with an error estimate of order 3 and the collocation polynomial as dense output.</summary>
/// <remarks>
/// Hairer, Wanner, Solving ODEs II, IV.5 and IV.8, equations (8.18) to (8.20), as in their code RADAU5: with z_i = Y_i − y the estimate is
/// (I − hγJ)⁻¹(γ h f(t, y) + e1 z1 + e2 z2 + e3 z3), here by the stages' derivatives, since z = hA k.
/// </remarks>
public static class Radau5
{
    private static readonly double _w = Math.Sqrt(6);

    // The reciprocal of the real eigenvalue of A⁻¹.
    private static readonly double _gamma = (6 + Math.Cbrt(81) - Math.Cbrt(9)) / 30;

    private static readonly double[] _nodes = [(4 - _w) / 10, (4 + _w) / 10, 1];

    private static readonly double[][] _a =
    [
        [(88 - (7 * _w)) / 360, (296 - (169 * _w)) / 1800, (-2 + (3 * _w)) / 225],
        [(296 + (169 * _w)) / 1800, (88 + (7 * _w)) / 360, (-2 - (3 * _w)) / 225],
        [(16 - _w) / 36, (16 + _w) / 36, 1 / 9.0],
    ];

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "radau5",
        5,
        _a,
        _a[2],
        _nodes,
        ErrorWeights(),
        embeddedOrder: 3,
        Collocation.DenseRows(_nodes),
        denseOrder: 3,
        startErrorWeight: _gamma,
        errorFilter: _gamma,
        stability: Stability.LStable);

    private static double[] ErrorWeights()
    {
        double[] byStage = [_gamma * (-13 - (7 * _w)) / 3, _gamma * (-13 + (7 * _w)) / 3, -_gamma / 3];
        return [.. Enumerable.Range(0, 3).Select(j => byStage.Select((e, i) => e * _a[i][j]).Sum())];
    }
}
