using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Fields;

/// <summary>A vector field with its derivative along a direction in closed form, which implicit methods otherwise take from differences.</summary>
public interface ITangentField : IVectorField
{
    /// <summary>Writes (∂f/∂y)v into the evolving segments.</summary>
    /// <param name="time">The time.</param>
    /// <param name="state">y; only evolving and constant segments are read.</param>
    /// <param name="direction">v, in the layout of the state; only evolving segments are read.</param>
    /// <param name="tape">A tape of a workspace of this field, as scratch: what it held is lost.</param>
    /// <param name="intoTangent">Receives (∂f/∂y)v, in the layout of the state; other segments may be written or not.</param>
    void Tangent(EvaluationTime time, FlatVector state, FlatVector direction, FieldTape tape, FlatVector intoTangent);
}
