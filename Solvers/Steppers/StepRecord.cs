using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Steppers;

/// <summary>An accepted step as its pullback needs it. Whoever keeps steps uses the same objects for others when a step is done with.</summary>
public sealed class StepRecord
{
    /// <summary>The start of the step.</summary>
    public required double Time { get; set; }

    /// <summary>The end of the step.</summary>
    public required double NextTime { get; set; }

    /// <summary>What the step started from: the state, then the other vectors that the method carries from step to step.</summary>
    public required FlatVector[] Start { get; set; }

    /// <summary>The tapes of the stages, or a single one that they share, so that each stage is evaluated again before it is pulled back.</summary>
    public required FieldTape[] Tapes { get; set; }

    /// <summary>The derivatives of the stages.</summary>
    public required FlatVector[] Derivatives { get; set; }

    /// <summary>The length of the step; negative where time runs backward.</summary>
    public double Step => NextTime - Time;
}
