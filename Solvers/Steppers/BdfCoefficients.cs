namespace FlowOde.Solvers.Steppers;

/// <summary>The constants of the numerical differentiation formulas, (1 − κ)γ_k (y − y*) + Σ γ_j ∇^j y_n = hf(y), y* being the prediction Σ ∇^j y_n.</summary>
/// <remarks>Shampine, Reichelt 1997, §2: κ lets steps of orders 1 to 4 be up to a quarter longer than those of the backward differentiation formulas, which have κ = 0.</remarks>
internal static class BdfCoefficients
{
    private static readonly double[] _kappa = [0, -0.1850, -1 / 9.0, -0.0823, -0.0415, 0];
    private static readonly double[] _gamma = [.. Enumerable.Range(0, BdfMethod.MostOrder + 1).Select(k => Enumerable.Range(1, k).Sum(j => 1.0 / j))];

    /// <summary>γ_j = Σ 1/i up to j.</summary>
    public static double Gamma(int j) => _gamma[j];

    /// <summary>(1 − κ)γ_k, by which h is divided in front of f.</summary>
    public static double Alpha(int order) => (1 - _kappa[order]) * _gamma[order];

    /// <summary>What the difference of order k + 1 is multiplied by in the error of order k.</summary>
    public static double Error(int order) => (_kappa[order] * _gamma[order]) + (1.0 / (order + 1));

    /// <summary>The longest step, in steps before it, for which the differences of an order serve: what is not exact in them grows as its power.</summary>
    public static double Reach(int order) => Math.Max(2, Math.Pow(10, 2.0 / order));
}
