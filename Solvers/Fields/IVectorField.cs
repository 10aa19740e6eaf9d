using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Fields;

/// <summary>f in dy/dt = f(t, y). Immutable; may be shared between threads.</summary>
public interface IVectorField
{
    /// <summary>Fields with equal keys can use each other's pooled workspaces.</summary>
    object WorkspaceKey { get; }

    /// <summary>The layout of a state with this many rows.</summary>
    /// <param name="rows">Number of rows, at least 1.</param>
    VectorLayout StateLayout(long rows);

    /// <summary>Makes scratch memory and tapes for solves of this field. Belongs to the caller.</summary>
    FieldWorkspace CreateWorkspace(WorkspaceSpec spec);

    /// <summary>Writes f(t, y) into the evolving and quadrature segments, and what the pullback needs onto the tape.</summary>
    /// <param name="time">The time.</param>
    /// <param name="state">y; only evolving and constant segments are read.</param>
    /// <param name="tape">A tape of a workspace of this field.</param>
    /// <param name="intoDerivative">Receives dy/dt, in the layout of the state; constant segments are not written.</param>
    void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative);
}
