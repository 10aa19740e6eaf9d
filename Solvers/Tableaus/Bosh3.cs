namespace FlowOde.Solvers.Tableaus;

/// <summary>The pair of Bogacki and Shampine, order 3(2), four stages of which the last is the next step's first.</summary>
/// <remarks>Bogacki, Shampine 1989, Appl. Math. Lett. 2:321. Dense output by the cubic Hermite polynomial: published midpoint weights are of order 1 only.</remarks>
public static class Bosh3
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "bosh3",
        3,
        [[], [0.5], [0, 0.75], [2 / 9.0, 1 / 3.0, 4 / 9.0]],
        [2 / 9.0, 1 / 3.0, 4 / 9.0, 0],
        [0, 0.5, 0.75, 1],
        [-5 / 72.0, 1 / 12.0, 1 / 9.0, -1 / 8.0],
        embeddedOrder: 2);
}
