using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>A plain field with one tape that every evaluation overwrites.</summary>
internal sealed class FieldSystem(IVectorField field, FieldTape tape) : IStageSystem
{
    public bool TakesStages => false;

    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative) => HalvedEvaluation.Evaluate(field, point.Half, point.Time, state, tape, intoDerivative);

    public bool Tangent(in StagePoint point, FlatVector state, FlatVector direction, FlatVector intoTangent) => FieldTangent.TryWrite(field, point.Time, state, direction, tape, intoTangent);

    public void Accepted(in AcceptedStep step)
    {
    }

    public void Rejected()
    {
    }
}
