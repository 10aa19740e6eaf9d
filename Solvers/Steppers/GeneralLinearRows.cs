namespace FlowOde.Solvers.Steppers;

/// <summary>The coefficients of a <see cref="GeneralLinearPass"/> for some of the segments.</summary>
/// <param name="Stages">A row a stage: over the carried vectors and the stages before it.</param>
/// <param name="Outputs">A row a carried vector: over the carried vectors and all stages.</param>
public sealed record GeneralLinearRows(StepCoefficient[][] Stages, StepCoefficient[][] Outputs);
