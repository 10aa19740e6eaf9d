using FlowOde.Flows.Objectives;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Cli.Certifying;

/// <summary>A gradient of the model's loss with what it took. Owns the gradient.</summary>
/// <param name="Gradient">∂L/∂θ.</param>
/// <param name="Result">Loss, evaluations, grids, drift.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record CertifiedGradient(FlatVector Gradient, ObjectiveResult Result, double Seconds) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Gradient.Dispose();
}
