using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Stiffness;

namespace FlowOde.Solvers.Integration;

/// <summary>What the loop of a solve goes by.</summary>
/// <param name="Stops">The times that steps end at.</param>
/// <param name="Control">Judges the steps.</param>
/// <param name="Tolerances">What the steps are held to, or null where they are not judged.</param>
/// <param name="Norm">The norm of their errors.</param>
/// <param name="Limits">The bounds.</param>
internal sealed record StepPlan(StepStops Stops, StepSizeControl Control, Tolerances? Tolerances, ErrorNorm Norm, StepLimits Limits)
{
    /// <summary>What is told of each step, or null.</summary>
    public StepObserver? Observer { get; init; }

    /// <summary>Says of a solve that cannot go on whether its equation is stiff, or null where nobody asks.</summary>
    public StiffnessProbe? Probe { get; init; }
}
