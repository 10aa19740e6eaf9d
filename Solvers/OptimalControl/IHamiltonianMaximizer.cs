using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.OptimalControl;

/// <summary>Finds the control that maximises a layer's (extended) Hamiltonian, or at least a better one. Immutable.</summary>
public interface IHamiltonianMaximizer
{
    /// <summary>Replaces a control by a better one.</summary>
    /// <param name="point">Where.</param>
    /// <param name="intoControl">θ_n so far; overwritten.</param>
    /// <returns>How many values of the Hamiltonian were computed.</returns>
    int Maximize(HamiltonianPoint point, FlatVector intoControl);
}
