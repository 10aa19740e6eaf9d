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

    /// <summary>The state at the start.</summary>
    public required FlatVector Start { get; init; }

    /// <summary>The tapes of the stages; empty where they were freed and the step must be replayed.</summary>
    public FieldTape[] Tapes { get; set; } = [];

    /// <summary>The derivatives of the stages; empty where the step must be replayed.</summary>
    public FlatVector[] Derivatives { get; set; } = [];
}
