namespace FlowOde.Solvers.Tableaus;

/// <summary>The explicit Euler method, order 1: what a residual network computes.</summary>
public static class Euler
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("euler", 1, [[]], [1], [0], denseOrder: 1);
}
