using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Adjoints;

/// <summary>y(t) of a forward solve, read from its dense output.</summary>
/// <param name="solution">The forward solve.</param>
/// <param name="state">Scratch in the layout of y.</param>
/// <param name="derivative">Scratch in the layout of y.</param>
internal sealed class InterpolatedPath(DenseSolution solution, FlatVector state, FlatVector derivative)
{
    /// <summary>Where dy/dt goes, which nobody reads.</summary>
    public FlatVector Derivative => derivative;

    /// <summary>y at a time; valid until the next call.</summary>
    public FlatVector At(double time)
    {
        // Some methods have stages beyond the end of their step, so that a time may lie outside of the solve.
        solution.StepNear(time).Evaluate(time, state);
        return state;
    }
}
