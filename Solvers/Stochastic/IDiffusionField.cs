using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Stochastic;

/// <summary>A stochastic differential equation dy = f(t, y) dt + g(t, y) dW with diagonal noise: every evolving entry has a Brownian motion of its own.</summary>
/// <remarks>The drift f is the field's <see cref="IVectorField.Evaluate"/>. Constant segments have no noise, and neither have quadratures, which are integrals of the drift.</remarks>
public interface IDiffusionField : IVectorField
{
    /// <summary>Whether g depends on time alone. Itô's and Stratonovich's equations are then the same, and Euler–Maruyama has strong order 1.</summary>
    bool IsAdditive { get; }

    /// <summary>Writes the diagonal g(t, y) into the evolving segments.</summary>
    /// <param name="time">The time.</param>
    /// <param name="state">y; only evolving and constant segments are read.</param>
    /// <param name="tape">A tape of a workspace of this field, as scratch: what it held is lost.</param>
    /// <param name="intoDiffusion">Receives g, in the layout of the state, in the state's unit by √time; other segments may be written or not.</param>
    void Diffusion(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDiffusion);
}
