using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Classification.Chains;

/// <summary>How the state of a classifier passes from its stem to its head.</summary>
internal abstract class Chain
{
    /// <summary>The layout of the state.</summary>
    /// <param name="rows">Rows of the batch.</param>
    internal abstract VectorLayout StateLayout(long rows);

    /// <summary>Passes a state on, so that it can be pulled back.</summary>
    /// <param name="start">The state behind the stem. Not changed.</param>
    /// <param name="budget">What may be kept.</param>
    /// <returns>The record; belongs to the caller.</returns>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    internal abstract RecordedChain Record(FlatVector start, TapeBudget budget);

    /// <summary>Passes a state on.</summary>
    /// <param name="start">The state behind the stem. Not changed.</param>
    /// <returns>The state before the head, and the evaluations of each step's field; belongs to the caller.</returns>
    /// <exception cref="Solvers.OdeSolveException">A solve cannot go on.</exception>
    internal abstract (FlatVector Final, int Evaluations) Run(FlatVector start);
}
