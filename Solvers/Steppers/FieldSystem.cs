using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>A plain field with one tape that every evaluation overwrites.</summary>
internal sealed class FieldSystem(IVectorField field, FieldTape tape) : IStageSystem
{
    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative) => HalvedEvaluation.Evaluate(field, point.Half, point.Time, state, tape, intoDerivative);

    public void Accepted(in AcceptedStep step)
    {
    }

    public void Rejected()
    {
    }
}
