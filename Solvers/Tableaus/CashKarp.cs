namespace FlowOde.Solvers.Tableaus;

/// <summary>The pair of Cash and Karp of orders 5 and 4, six stages.</summary>
/// <remarks>Cash, Karp 1990, ACM TOMS 16:201; of the embedded solutions of orders 1 to 4 the last alone.</remarks>
public static class CashKarp
{
    private static readonly double[] _solution = [37 / 378.0, 0, 250 / 621.0, 125 / 594.0, 0, 512 / 1771.0];
    private static readonly double[] _embedded = [2825 / 27648.0, 0, 18575 / 48384.0, 13525 / 55296.0, 277 / 14336.0, 1 / 4.0];

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "cash-karp",
        5,
        [
            [],
            [1 / 5.0],
            [3 / 40.0, 9 / 40.0],
            [3 / 10.0, -9 / 10.0, 6 / 5.0],
            [-11 / 54.0, 5 / 2.0, -70 / 27.0, 35 / 27.0],
            [1631 / 55296.0, 175 / 512.0, 575 / 13824.0, 44275 / 110592.0, 253 / 4096.0],
        ],
        _solution,
        [0, 1 / 5.0, 3 / 10.0, 3 / 5.0, 1, 7 / 8.0],
        [.. _solution.Zip(_embedded, (b, embedded) => b - embedded)],
        embeddedOrder: 4);
}
