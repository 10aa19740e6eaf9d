using FlowOde.Solvers.Vectors;
using TorchSharp;

namespace FlowOde.Solvers.Fields;

/// <summary>A vector field that pulls a cotangent of its output back to its inputs, in closed form or by autograd.</summary>
public interface IDifferentiableField : IVectorField
{
    /// <summary>The parameters θ; a gradient has the same layout. Belongs to the model.</summary>
    FlatVector Parameters { get; }

    /// <summary>
    /// At the point last evaluated on <paramref name="tape"/>: overwrites the evolving and constant segments of
    /// <paramref name="intoState"/> with (∂f/∂y)ᵀc, and adds weight·(∂f/∂θ)ᵀc to <paramref name="intoGradient"/>.
    /// </summary>
    /// <param name="tape">The tape of the evaluation.</param>
    /// <param name="cotangent">c, in the layout of the state; constant segments are ignored. Not changed.</param>
    /// <param name="weight">The weight of the parameter gradient; at 0 that work is skipped.</param>
    /// <param name="intoState">Receives the state's cotangent; quadrature segments are not written. Not <paramref name="cotangent"/>.</param>
    /// <param name="intoGradient">Is added to.</param>
    /// <param name="intoTime">Receives cᵀ∂f/∂t: [1] for a shared time, [batch] for a time per row. Null where it is not wanted.</param>
    void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, torch.Tensor? intoTime = null);

    /// <summary>The parameter half of the last <see cref="Pullback"/> on this tape: adds weight·(∂f/∂θ)ᵀc.</summary>
    /// <remarks>Valid only right after that pullback, before anything else is done with the tape or its workspace.</remarks>
    void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient);
}
