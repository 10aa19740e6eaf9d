namespace FlowOde.Solvers.Tableaus;

/// <summary>The Radau IIA method of two stages, order 3.</summary>
/// <remarks>Hairer, Wanner, Solving ODEs II, IV.5.</remarks>
public static class Radau3
{
    private static readonly double[] _last = [3 / 4.0, 1 / 4.0];

    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new("radau3", 3, [[5 / 12.0, -1 / 12.0], _last], _last, [1 / 3.0, 1], stability: Stability.LStable);
}
