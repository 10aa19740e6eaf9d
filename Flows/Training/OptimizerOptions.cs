using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Training;

/// <summary>The constants of an optimiser, which make it.</summary>
public abstract record OptimizerOptions
{
    /// <summary>Makes the optimiser, whose moments are zero.</summary>
    /// <param name="parameters">The parameters it will update; only their layout is kept.</param>
    /// <returns>The optimiser; belongs to the caller.</returns>
    public abstract IOptimizer Create(FlatVector parameters);
}
