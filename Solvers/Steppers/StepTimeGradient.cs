namespace FlowOde.Solvers.Steppers;

/// <summary>How a loss depends on where a step lies in time (Sanz-Serna 2016, SIAM Review 58:3).</summary>
/// <param name="Time">∂L/∂t with the step's length held fixed.</param>
/// <param name="Step">∂L/∂h with the step's start held fixed.</param>
public readonly record struct StepTimeGradient(double Time, double Step);
