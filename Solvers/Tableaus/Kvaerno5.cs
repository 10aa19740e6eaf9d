namespace FlowOde.Solvers.Tableaus;

/// <summary>Kværnø's pair of order 5(4): seven stages, the first explicit, both solutions stiffly accurate. Its third stage lies beyond the end of the step.</summary>
/// <remarks>Kværnø 2004, BIT 44:489.</remarks>
public static class Kvaerno5
{
    private const double G = 0.26;

    private static readonly double[] _embedded = [0.13855640231268224, 0, -0.04245337201752043, 0.02446657898003141, 0.61943039072480676, G];
    private static readonly double[] _last = [0.13659751177640291, 0, -0.05496908796538376, -0.04118626728321046, 0.62993304899016403, 0.06962479448202728, G];

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "kvaerno5",
        5,
        [
            [],
            [G, G],
            [0.13, 0.84033320996790809, G],
            [0.22371961478320505, 0.47675532319799699, -0.06470895363112615, G],
            [0.16648564323248321, 0.10450018841591720, 0.03631482272098715, -0.13090704451073998, G],
            _embedded,
            _last,
        ],
        _last,
        [0, 0.52, 1.230333209967908, 0.8957659843500759, 0.43639360985864756, 1, 1],
        [.. _last.Select((b, i) => b - (i < 6 ? _embedded[i] : 0))],
        embeddedOrder: 4,
        stability: Stability.LStable);
}
