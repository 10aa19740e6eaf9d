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

    /// <summary>The accepted grid of each of its solves, in the order travelled; none where it is no solve.</summary>
    internal virtual IReadOnlyList<IReadOnlyList<double>> Grids => [];

    /// <summary>Pulls a cotangent of the last state back.</summary>
    /// <param name="cotangent">∂L/∂x before the head. Not changed.</param>
    /// <param name="intoStart">Receives ∂L/∂x behind the stem.</param>
    /// <param name="intoGradient">The gradient of all parameters; is added to.</param>
    /// <returns>What it cost, and the largest drift of states that were rebuilt.</returns>
    internal abstract (SolveStatistics Statistics, double Drift) Pullback(FlatVector cotangent, FlatVector intoStart, FlatVector intoGradient);

    public abstract void Dispose();
}
