namespace FlowOde.Solvers.Tableaus;

/// <summary>Kværnø's pair of order 3(2): four stages, the first explicit, both solutions stiffly accurate.</summary>
/// <remarks>Kværnø 2004, BIT 44:489, with the diagonal of <see cref="Sdirk3"/>.</remarks>
public static class Kvaerno3
{
    private const double G = Sdirk3.Gamma;

    private static readonly double[] _embedded = [((-4 * G * G) + (6 * G) - 1) / (4 * G), (1 - (2 * G)) / (4 * G), G];
    private static readonly double[] _last = [((6 * G) - 1) / (12 * G), -1 / (((24 * G) - 12) * G), ((-6 * G * G) + (6 * G) - 1) / ((6 * G) - 3), G];

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "kvaerno3",
        3,
        [[], [G, G], _embedded, _last],
        _last,
        [0, 2 * G, 1, 1],
        [_last[0] - _embedded[0], _last[1] - _embedded[1], _last[2] - _embedded[2], G],
        embeddedOrder: 2,
        stability: Stability.LStable);
}
