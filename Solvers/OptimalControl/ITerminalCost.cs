using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>Φ, the cost of where a trajectory ends. Immutable.</summary>
public interface ITerminalCost
{
    /// <summary>Φ(x) and its gradient.</summary>
    /// <param name="state">The last state.</param>
    /// <param name="intoCotangent">Receives ∂Φ/∂x in the evolving segments; the others are left as they are.</param>
    /// <returns>Φ, summed over the rows.</returns>
    double Evaluate(FlatVector state, FlatVector intoCotangent);
}
