using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>A step that became part of the solution, as its system learns of it. Valid during the call only.</summary>
public readonly ref struct AcceptedStep
{
    /// <summary>The start of the step.</summary>
    public required double Time { get; init; }

    /// <summary>The end of the step.</summary>
    public required double NextTime { get; init; }

    /// <summary>What the step started from: the state, then the other vectors that the method carries from step to step.</summary>
    public required ReadOnlySpan<FlatVector> Start { get; init; }

    /// <summary>The stage derivatives that make the step.</summary>
    public required ReadOnlySpan<FlatVector> Derivatives { get; init; }

    /// <summary>h·b_0, by which stage 0 enters the step; it was not known when stage 0 was evaluated. NaN for methods that state no weights.</summary>
    public required double FirstWeight { get; init; }

    /// <summary>Whether the last evaluation before this call was stage 0 of the next step.</summary>
    public required bool HoldsNextFirst { get; init; }

    /// <summary>Whether the solve ends with this step.</summary>
    public required bool IsLast { get; init; }
}
