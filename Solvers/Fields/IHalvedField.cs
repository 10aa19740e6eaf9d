using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Fields;

/// <summary>A field whose derivative has two halves that can be had one without the other, for methods that read one at a time.</summary>
public interface IHalvedField : IDifferentiableField
{
    /// <summary>Writes one half of f(t, y), and what its pullback needs onto the tape. The next pullback of the tape takes this half of its cotangent alone.</summary>
    /// <param name="half">0 for the first half of the evolving segments, 1 for the second.</param>
    /// <param name="time">The time.</param>
    /// <param name="state">y.</param>
    /// <param name="tape">A tape of a workspace of this field.</param>
    /// <param name="intoDerivative">Receives the half, in the layout of the state; the other half is not written.</param>
    void EvaluateHalf(int half, EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative);
}
