using FlowOde.Solvers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>Where a flow takes rows.</summary>
/// <param name="Values">The rows at the other end, [batch, dimension].</param>
/// <param name="DeltaLogDensity">log p at the end minus log p at the start, [batch], in nats.</param>
/// <param name="Statistics">What the solves cost.</param>
public sealed record FlowResult(Tensor Values, Tensor DeltaLogDensity, SolveStatistics Statistics) : IDisposable
{
    /// <summary>log p of the rows at the start, in nats, where the end is the base.</summary>
    /// <returns>[batch], a new tensor, which belongs to the caller.</returns>
    public Tensor LogDensity() => StandardNormal.LogDensity(Values).sub_(DeltaLogDensity);

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        DeltaLogDensity.Dispose();
    }
}
