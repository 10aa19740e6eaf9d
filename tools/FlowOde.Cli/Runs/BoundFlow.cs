using FlowOde.Flows.Composition;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Cli.Runs;

/// <summary>A flow that owns its numbers.</summary>
/// <param name="flow">The flow.</param>
/// <param name="parameters">Its parameters.</param>
/// <param name="statistics">The running statistics of its norms.</param>
internal sealed class BoundFlow(SequentialFlow flow, FlatVector parameters, FlatVector statistics) : IDisposable
{
    /// <summary>The flow.</summary>
    public SequentialFlow Flow => flow;

    /// <summary>Its parameters.</summary>
    public FlatVector Parameters => parameters;

    /// <inheritdoc/>
    public void Dispose()
    {
        flow.Dispose();
        parameters.Dispose();
        statistics.Dispose();
    }
}
