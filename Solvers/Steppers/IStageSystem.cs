using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>
/// What a stepper drives: a plain field, a field whose tapes are recorded, or the backward system of an adjoint. It learns the fate of
/// each step, so that it can keep what belongs to accepted steps outside of the state.
/// </summary>
public interface IStageSystem
{
    /// <summary>Writes dy/dt into the evolving and quadrature segments.</summary>
    void Evaluate(in StagePoint point, FlatVector state, FlatVector intoDerivative);

    /// <summary>The step is part of the solution.</summary>
    void Accepted(in AcceptedStep step);

    /// <summary>The step is not part of the solution; its stages after the first will be evaluated again.</summary>
    void Rejected();
}
