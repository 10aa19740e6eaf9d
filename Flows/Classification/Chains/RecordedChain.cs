using FlowOde.Solvers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>A passed state that can be pulled back, once.</summary>
internal abstract class RecordedChain : IDisposable
{
    /// <summary>The state before the head; belongs to this record.</summary>
    internal abstract FlatVector Final { get; }

    /// <summary>What passing cost.</summary>
    internal abstract SolveStatistics Statistics { get; }

    /// <summary>Pulls a cotangent of the last state back.</summary>
    /// <param name="cotangent">∂L/∂x before the head. Not changed.</param>
    /// <param name="intoStart">Receives ∂L/∂x behind the stem.</param>
    /// <param name="intoGradient">The gradient of all parameters; is added to.</param>
    /// <returns>What it cost.</returns>
    internal abstract SolveStatistics Pullback(FlatVector cotangent, FlatVector intoStart, FlatVector intoGradient);

    public abstract void Dispose();
}
