using FlowOde.Solvers;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>Rows that a flow generated.</summary>
/// <param name="Values">The rows, [batch, dimension].</param>
/// <param name="Statistics">What the solves cost.</param>
public sealed record GeneratedRows(Tensor Values, SolveStatistics Statistics) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
