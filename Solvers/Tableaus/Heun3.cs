namespace FlowOde.Solvers.Tableaus;

/// <summary>Heun's method of order 3.</summary>
/// <remarks>Hairer, Nørsett, Wanner, Solving ODEs I, II.1.</remarks>
public static class Heun3
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("heun3", 3, [[], [1 / 3.0], [0, 2 / 3.0]], [1 / 4.0, 0, 3 / 4.0], [0, 1 / 3.0, 2 / 3.0]);
}
