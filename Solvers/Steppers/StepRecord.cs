using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>An accepted step as its pullback needs it.</summary>
public sealed class StepRecord
{
    /// <summary>The start of the step.</summary>
    public required double Time { get; init; }

    /// <summary>The end of the step.</summary>
    public required double NextTime { get; init; }

    /// <summary>What the step started from: the state, then the other vectors that the method carries from step to step.</summary>
    public required FlatVector[] Start { get; init; }

    /// <summary>The tapes of the stages, or a single one that they share, so that each stage is evaluated again before it is pulled back.</summary>
    public required FieldTape[] Tapes { get; init; }

    /// <summary>The derivatives of the stages.</summary>
    public required FlatVector[] Derivatives { get; init; }

    /// <summary>The length of the step; negative where time runs backward.</summary>
    public double Step => NextTime - Time;
}
