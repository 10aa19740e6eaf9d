using TorchSharp;

namespace FlowOde.Flows.Layers;

/// <summary>A value with its tangents as torch expressions, which autograd differentiates; <see cref="Dual"/> is the same in buffers.</summary>
/// <param name="Values">The values, [B, w].</param>
/// <param name="Tangents">The tangents, [K, B, w]; null where there are none.</param>
public sealed record DualExpression(torch.Tensor Values, torch.Tensor? Tangents)
{
    /// <summary>The tangents, [K, B, w], for functionals that read them.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public torch.Tensor RequireTangents() => Tangents ?? throw new InvalidOperationException("This functional reads tangents; give the network's input directions.");
}
