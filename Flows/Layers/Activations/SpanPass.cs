using System.Numerics;
using TorchSharp;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>
/// An activation in one pass over the memory of float32 tensors on the CPU: bias, φ, φ' and tangents forward; the whole second-order
/// rule back. Tensor operations would walk the same memory four to six times.
/// </summary>
internal abstract class SpanPass
{
    /// <summary>Whether a dual lies in memory as spans need it: float32 on the CPU, row behind row, a vector register wide at least.</summary>
    internal static unsafe bool Fits(Dual dual) => dual.Memory != null && dual.Width >= Vector<float>.Count;

    internal abstract void Forward(torch.Tensor bias, ActivationTape tape);

    internal abstract void Pullback(ActivationTape tape, Dual intoCotangent);
}
