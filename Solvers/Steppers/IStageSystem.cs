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

    /// <summary>Whether accepted steps may be made again from their starts, and must then have the same numbers: a step depends on its start alone.</summary>
    /// <value>False by default.</value>
    bool MakesStepsAgain => false;

    /// <summary>
    /// Whether the system takes anything of the stages that an implicit method has solved for, such as a tape; where it does not, and there are no
    /// quadratures, they need not be evaluated once more.
    /// </summary>
    /// <value>True by default.</value>
    bool TakesStages => true;

    /// <summary>Writes (∂f/∂y)v into the evolving segments, if it is known in closed form. Not a stage of a step: its purpose is <see cref="EvaluationPurpose.Outside"/>.</summary>
    /// <param name="point">The point.</param>
    /// <param name="state">y.</param>
    /// <param name="direction">v.</param>
    /// <param name="intoTangent">Receives the product.</param>
    /// <returns>Whether it was written; false by default.</returns>
    bool Tangent(in StagePoint point, FlatVector state, FlatVector direction, FlatVector intoTangent) => false;

    /// <summary>The step is part of the solution.</summary>
    void Accepted(in AcceptedStep step);

    /// <summary>The step is not part of the solution; its stages after the first will be evaluated again.</summary>
    void Rejected();
}
