namespace FlowOde.Solvers.Stochastic;

/// <summary>Which stochastic integral the noise of an equation means.</summary>
/// <remarks>
/// dy = f dt + g ∘ dW in Stratonovich's sense is dy = (f + ½ g ∂g/∂y) dt + g dW in Itô's (Kloeden and Platen 1992, §4.9). The two agree where g does not depend on y.
/// </remarks>
public enum SdeCalculus
{
    /// <summary>Itô: the integrand is taken at the start of each step, in the direction of the solve.</summary>
    Ito,

    /// <summary>Stratonovich: the integrand is taken in the middle, so that the usual chain rule holds.</summary>
    Stratonovich,
}
