namespace FlowOde.Solvers.Steppers;

/// <summary>What a carried vector is at the start of a solve.</summary>
public enum CarriedStart
{
    /// <summary>The state.</summary>
    State,

    /// <summary>The derivative of the state.</summary>
    Derivative,
}
