using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Benchmarks;

/// <summary>A system whose evaluation costs nothing: what is left of a step is the method's own arithmetic.</summary>
internal sealed class FreeSystem : IStageSystem
{
    public void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative)
    {
    }

    public void Accepted(in AcceptedStep step)
    {
    }

    public void Rejected()
    {
    }
}
