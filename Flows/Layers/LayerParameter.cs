using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Layers;

/// <summary>A parameter segment of a chain of layers, with how it starts.</summary>
/// <param name="Segment">Its name and shape.</param>
/// <param name="Layer">The layer it belongs to.</param>
/// <param name="InitialBound">It starts uniform in (−bound, bound).</param>
/// <param name="ScalesOutput">Whether the layer's output is proportional to this segment together with the others so marked (weight and bias).</param>
public sealed record LayerParameter(Segment Segment, int Layer, double InitialBound, bool ScalesOutput);
