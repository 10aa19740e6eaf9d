using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Cli.Certifying;

/// <summary>How a gradient that is certified is made: what flows and classifiers have in common of it.</summary>
/// <param name="Stepper">The method of each step.</param>
/// <param name="Controller">How steps are chosen.</param>
/// <param name="Adjoint">The gradient method.</param>
/// <param name="Limits">The bounds of a solve.</param>
internal sealed record CertifiedSolve(IStepper Stepper, IStepSizeController Controller, IAdjoint Adjoint, StepLimits Limits)
{
    /// <summary>The grids to follow in place of the controller's steps, one for each solve; null for the controller's.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Grids { get; init; }
}
