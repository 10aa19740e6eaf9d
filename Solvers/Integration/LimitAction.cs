namespace FlowOde.Solvers.Integration;

/// <summary>What a solve does whose steps are used up, or fall below what the limits or the resolution of time allow.</summary>
public enum LimitAction
{
    /// <summary>It ends with an <see cref="OdeSolveException"/>.</summary>
    Throw,

    /// <summary>It returns what it has: the states of the times that it met, and the last accepted one. A solve with a gradient must arrive, and refuses this.</summary>
    ReturnPartial,
}
