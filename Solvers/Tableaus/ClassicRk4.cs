namespace FlowOde.Solvers.Tableaus;

/// <summary>The classic Runge–Kutta method of order 4 (Kutta 1901), not the 3/8 rule that some libraries call "rk4".</summary>
public static class ClassicRk4
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "rk4",
        4,
        [[], [0.5], [0, 0.5], [0, 0, 1]],
        [1 / 6.0, 1 / 3.0, 1 / 3.0, 1 / 6.0],
        [0, 0.5, 0.5, 1]);
}
