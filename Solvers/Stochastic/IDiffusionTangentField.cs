using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Stochastic;

/// <summary>An equation whose diffusion has its derivative along a direction in closed form, which Milstein's method otherwise takes from a difference.</summary>
public interface IDiffusionTangentField : IDiffusionField
{
    /// <summary>Writes (∂g/∂y)v into the evolving segments.</summary>
    /// <param name="time">The time.</param>
    /// <param name="state">y; only evolving and constant segments are read.</param>
    /// <param name="direction">v, in the layout of the state; only evolving segments are read.</param>
    /// <param name="tape">A tape of a workspace of this field, as scratch: what it held is lost.</param>
    /// <param name="intoTangent">Receives (∂g/∂y)v, in the layout of the state; other segments may be written or not.</param>
    void DiffusionTangent(EvaluationTime time, FlatVector state, FlatVector direction, FieldTape tape, FlatVector intoTangent);
}
