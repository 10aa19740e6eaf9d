using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Integration;

/// <summary>A step of a solve, as a <see cref="StepObserver"/> is told of it.</summary>
/// <param name="Time">Where it starts.</param>
/// <param name="NextTime">Where it ends.</param>
/// <param name="State">The last accepted state: at the end of the step where it was accepted, else at its start. Belongs to the solve, which writes over it with the next step.</param>
/// <param name="Error">The norm of its error, 1 where the tolerance is just met; null before the step is made and where steps are not judged, NaN where something is not finite.</param>
/// <param name="Evaluations">Evaluations of the vector field so far.</param>
public sealed record StepReport(double Time, double NextTime, FlatVector State, double? Error, int Evaluations);
