using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Cli.Certifying;

/// <summary>A gradient method with the solver that it is tried with.</summary>
/// <param name="Adjoint">The gradient method.</param>
/// <param name="Stepper">The solver; the two go together.</param>
internal sealed record CertifiedPair(IAdjoint Adjoint, IStepper Stepper)
{
    /// <summary>What the gradient method is called.</summary>
    public string Method { get; init; } = Adjoint.Name;

    /// <summary>What the solver is called.</summary>
    public string Solver { get; init; } = Stepper.Name;

    /// <summary>Whether the gradient undoes steps, whose round-off grows on the way.</summary>
    public bool UndoesSteps { get; init; } = Adjoint is ReversibleAdjoint;
}
