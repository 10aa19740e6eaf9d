namespace FlowOde.Solvers.Tableaus;

/// <summary><see cref="Dopri5"/> with Shampine's embedded solution: the same steps, whose errors are estimated as 2/3 of what Dormand and Prince's rows say.</summary>
/// <remarks>Shampine 1986, Math. Comp. 46:135. The estimate of torchdiffeq, diffrax and torchdyn, so that equal tolerances mean equal steps: (3/2)^(1/5) times as long.</remarks>
public static class Dopri5Shampine
{
    /// <summary>The coefficients.</summary>
    public static ButcherTableau Tableau { get; } = new(
        "dopri5-shampine",
        5,
        Dopri5.Tableau.A,
        Dopri5.Tableau.B,
        Dopri5.Tableau.C,
        [.. Dopri5.Tableau.ErrorWeights!.Select(weight => weight * 2 / 3)],
        embeddedOrder: 4,
        Dopri5.Tableau.DenseOutput,
        denseOrder: 4);
}
