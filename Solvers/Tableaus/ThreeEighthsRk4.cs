namespace FlowOde.Solvers.Tableaus;

/// <summary>Kutta's 3/8 rule of order 4 (Kutta 1901): smaller error constants than the classic method; torchdiffeq's "rk4" is this one.</summary>
public static class ThreeEighthsRk4
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "rk4-38",
        4,
        [[], [1 / 3.0], [-1 / 3.0, 1], [1, -1, 1]],
        [1 / 8.0, 3 / 8.0, 3 / 8.0, 1 / 8.0],
        [0, 1 / 3.0, 2 / 3.0, 1]);
}
