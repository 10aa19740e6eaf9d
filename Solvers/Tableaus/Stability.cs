namespace FlowOde.Solvers.Tableaus;

/// <summary>How stable a method is on ẏ = λy with Re λ &lt; 0, whose solution decays.</summary>
/// <remarks>Hairer, Wanner, Solving ODEs II, IV.3.</remarks>
public enum Stability
{
    /// <summary>Steps must be short where λ is large: the domain of stability does not hold the left half-plane.</summary>
    Bounded,

    /// <summary>A sector around the negative axis is stable whatever the step: A(α), as of backward differentiation formulas above the second order.</summary>
    AlphaStable,

    /// <summary>No step lets a decaying solution grow: |R(z)| ≤ 1 wherever Re z ≤ 0.</summary>
    AStable,

    /// <summary>A-stable, and what decays fast is gone after a step: R(z) → 0 for z → −∞.</summary>
    LStable,
}
