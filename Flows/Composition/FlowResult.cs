using FlowOde.Solvers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>Where a flow takes rows.</summary>
/// <param name="Values">The rows at the other end, [batch, dimension].</param>
/// <param name="DeltaLogDensity">log p at the end minus log p at the start, [batch], in nats.</param>
/// <param name="Statistics">What the solves cost.</param>
public sealed record FlowResult(Tensor Values, Tensor DeltaLogDensity, SolveStatistics Statistics) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        DeltaLogDensity.Dispose();
    }
}
