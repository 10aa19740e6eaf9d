using static FlowOde.Solvers.Steppers.StepCoefficient;

namespace FlowOde.Solvers.Steppers;

/// <summary>PolyNet's poly-2 block as published: x + hF(x) + hF(hF(x)). The second evaluation is at hF(x), not at x + hF(x).</summary>
/// <remarks>
/// Zhang et al. 2017 (arXiv 1611.05725). For linear F this is I + hA + h²A², backward Euler's (I − hA)⁻¹ cut off (Lu et al. 2018, §2), of order 1. For any
/// other F it is no scheme of ẋ = F: where F(0) ≠ 0, the second term is hF(0) + O(h²), so that with h → 0 it solves ẋ = F(x) + F(0). Therefore it is not in
/// <see cref="StepperCatalog"/>; <see cref="Tableaus.PolyNet"/>, which is consistent, is. Both evaluations are at the step's start, as a block has one set of weights.
/// </remarks>
public static class PolyNetBlock
{
    /// <summary>The method.</summary>
    public static GeneralLinearMethod Method { get; } = new(new()
    {
        Name = "polynet2-block",
        Order = 1,
        Carried = [CarriedStart.State],
        Step = new([0, 0], new GeneralLinearRows([[1], [0, H(1)]], [[1, H(1), H(1)]])),
    });
}
