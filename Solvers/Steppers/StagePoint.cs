namespace FlowOde.Solvers.Steppers;

/// <summary>One evaluation as a stepper asks for it.</summary>
/// <param name="Time">The time of the evaluation.</param>
/// <param name="Stage">The stage, counted from 0. Stage 0 is evaluated before the size of its step is known.</param>
/// <param name="Weight">h·b_i, by which the derivative enters the step's result; NaN at stage 0, whose step is not known yet.</param>
/// <param name="Purpose">Why the field is evaluated.</param>
public readonly record struct StagePoint(double Time, int Stage, double Weight, EvaluationPurpose Purpose)
{
    /// <summary>The half of the derivative that the method uses, 0 or 1, where it uses one alone; null where it uses both.</summary>
    /// <value>Null by default.</value>
    public int? Half { get; init; }
}
