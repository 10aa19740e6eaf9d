namespace FlowOde.Solvers.Tableaus;

/// <summary>Fehlberg's pair of order 2(1): the embedded solution's error is small, so that first-order control takes long steps.</summary>
/// <remarks>
/// Fehlberg 1969, NASA TR R-315; Hairer, Nørsett, Wanner, Solving ODEs I, II.4. The solution of order 2 is propagated, so the last stage, which lies at the
/// end of the embedded one, is not the next step's first.
/// </remarks>
public static class Fehlberg2
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "fehlberg2",
        2,
        [[], [1 / 2.0], [1 / 256.0, 255 / 256.0]],
        [1 / 512.0, 255 / 256.0, 1 / 512.0],
        [0, 1 / 2.0, 1],
        [-1 / 512.0, 0, 1 / 512.0],
        embeddedOrder: 1);
}
