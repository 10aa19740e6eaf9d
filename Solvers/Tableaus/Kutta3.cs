namespace FlowOde.Solvers.Tableaus;

/// <summary>Kutta's method of order 3, which is Simpson's rule where f depends on time alone.</summary>
/// <remarks>Kutta 1901; Hairer, Nørsett, Wanner, Solving ODEs I, II.1.</remarks>
public static class Kutta3
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("kutta3", 3, [[], [1 / 2.0], [-1, 2]], [1 / 6.0, 2 / 3.0, 1 / 6.0], [0, 1 / 2.0, 1]);
}
