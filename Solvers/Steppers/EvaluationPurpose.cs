namespace FlowOde.Solvers.Steppers;

/// <summary>Why a field is evaluated.</summary>
public enum EvaluationPurpose
{
    /// <summary>A stage of a step.</summary>
    Step,

    /// <summary>
    /// The trial for the first step's size, the start of what a method carries, an iterate or a Jacobian on the way to a stage, an error estimate or
    /// dense output: no step contains it.
    /// </summary>
    Outside,
}
