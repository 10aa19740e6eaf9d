namespace FlowOde.Solvers.Tableaus;

/// <summary>Ralston's method, the one of order 2 and two stages with the smallest principal error, with Euler's method embedded.</summary>
/// <remarks>Ralston 1962, Math. Comp. 16:431. Its node is 2/3; a variant with 3/4 goes by the same name elsewhere.</remarks>
public static class Ralston2
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("ralston2", 2, [[], [2 / 3.0]], [1 / 4.0, 3 / 4.0], [0, 2 / 3.0], [-3 / 4.0, 3 / 4.0], embeddedOrder: 1);
}
