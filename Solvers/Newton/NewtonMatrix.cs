using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Newton;

/// <summary>The matrix I − hA⊗J of Newton's iteration for the stages of a step, with a Jacobian J of the field.</summary>
internal abstract class NewtonMatrix : IDisposable
{
    /// <summary>Whether one Jacobian serves all stages until another one is taken; otherwise every iterate gives its own.</summary>
    public abstract bool IsFrozen { get; }

    /// <summary>The length of the step whose stages are solved for.</summary>
    public double Step { get; set; }

    /// <summary>What the steps are held to, or null.</summary>
    public Tolerances? Tolerances { get; set; }

    /// <summary>Takes the Jacobian at points; one that is frozen takes it at the first.</summary>
    /// <param name="points">The points, one a stage.</param>
    /// <param name="states">y there; must stay until the next call unless the Jacobian is frozen.</param>
    /// <param name="derivatives">f there; the same.</param>
    public abstract void Linearize(ReadOnlySpan<StagePoint> points, ReadOnlySpan<FlatVector> states, ReadOnlySpan<FlatVector> derivatives);

    /// <summary>Solves (I − hA⊗J)x = r for as many stages as hA has rows.</summary>
    /// <param name="coefficients">hA, row by row.</param>
    /// <param name="vectors">r, replaced by x in the evolving entries.</param>
    /// <returns>False where the matrix is singular or no solution is found.</returns>
    public abstract bool Solve(ReadOnlySpan<double> coefficients, FlatVector[] vectors);

    /// <inheritdoc/>
    public abstract void Dispose();
}
