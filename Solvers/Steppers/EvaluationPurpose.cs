namespace FlowOde.Solvers.Steppers;

/// <summary>Why a field is evaluated.</summary>
public enum EvaluationPurpose
{
    /// <summary>A stage of a step.</summary>
    Step,

    /// <summary>The trial that finds the size of the first step; no step contains it.</summary>
    InitialStep,
}
