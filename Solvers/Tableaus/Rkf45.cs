namespace FlowOde.Solvers.Tableaus;

/// <summary>Fehlberg's pair of orders 5 and 4, six stages; the solution of order 5 is propagated.</summary>
/// <remarks>
/// Fehlberg 1969, NASA TR R-315; Hairer, Nørsett, Wanner, Solving ODEs I, II.5. Its coefficients make the error of the embedded solution small, which is not the
/// one that is propagated here: <see cref="Dopri5"/> has an eighth of its principal error.
/// </remarks>
public static class Rkf45
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "rkf45",
        5,
        [
            [],
            [1 / 4.0],
            [3 / 32.0, 9 / 32.0],
            [1932 / 2197.0, -7200 / 2197.0, 7296 / 2197.0],
            [439 / 216.0, -8, 3680 / 513.0, -845 / 4104.0],
            [-8 / 27.0, 2, -3544 / 2565.0, 1859 / 4104.0, -11 / 40.0],
        ],
        [16 / 135.0, 0, 6656 / 12825.0, 28561 / 56430.0, -9 / 50.0, 2 / 55.0],
        [0, 1 / 4.0, 3 / 8.0, 12 / 13.0, 1, 1 / 2.0],
        [1 / 360.0, 0, -128 / 4275.0, -2197 / 75240.0, 1 / 50.0, 2 / 55.0],
        embeddedOrder: 4);
}
