namespace FlowOde.Solvers.Integration;

/// <summary>What is told of each step of a solve, for progress, logs and measurements. It changes nothing; what it throws ends the solve.</summary>
public sealed record StepObserver
{
    /// <summary>Called before a step is tried.</summary>
    public Action<StepReport>? Trying { get; init; }

    /// <summary>Called after a step became part of the solution.</summary>
    public Action<StepReport>? Accepted { get; init; }

    /// <summary>Called after a step was thrown away.</summary>
    public Action<StepReport>? Rejected { get; init; }
}
