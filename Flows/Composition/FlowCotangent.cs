using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>The cotangent of what a <see cref="RecordedFlow"/> holds.</summary>
/// <param name="Values">∂L/∂values, [batch, dimension].</param>
/// <param name="DeltaLogDensity">∂L/∂(change of log-density), [batch].</param>
/// <param name="Regularizers">∂L/∂(integral) of each regulariser, [batch] each.</param>
public sealed record FlowCotangent(Tensor Values, Tensor DeltaLogDensity, IReadOnlyList<Tensor> Regularizers);
