using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Layers;

/// <summary>A parameter segment of a chain of layers, with how it starts.</summary>
/// <param name="Segment">Its name and shape.</param>
/// <param name="Layer">The layer it belongs to.</param>
/// <param name="InitialScale">The scale of its first entries, at least 0: see <see cref="Law"/>.</param>
/// <param name="ScalesOutput">Whether the layer's output is proportional to this segment together with the others so marked (weight and bias).</param>
public sealed record LayerParameter(Segment Segment, int Layer, double InitialScale, bool ScalesOutput)
{
    /// <summary>The law of its first entries.</summary>
    /// <value>Uniform by default.</value>
    public InitialLaw Law { get; init; } = InitialLaw.Uniform;
}
