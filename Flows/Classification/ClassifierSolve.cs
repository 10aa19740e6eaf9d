using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Flows.Classification;

/// <summary>How a classifier's chain is solved and differentiated. No part of the model: it may be another one at each use.</summary>
public sealed record ClassifierSolve
{
    /// <summary>The method of each step, for an architecture that chooses its steps; others have their own.</summary>
    /// <value>dopri5 by default.</value>
    public IStepper Stepper { get; init; } = StepperCatalog.Find("dopri5")!;

    /// <summary>How steps are chosen, likewise.</summary>
    /// <value>Tolerances of 1e-3 by default, those of the published classifier.</value>
    public IStepSizeController Controller { get; init; } = new PidController { Tolerances = new(1e-3, 1e-3) };

    /// <summary>
    /// The gradient method of solves. The multistep and the reversible chain have their own whatever is said here, but for
    /// <see cref="BackpropagationAdjoint"/>, the reference of all, which has them written as torch operations.
    /// </summary>
    /// <value>auto by default.</value>
    public IAdjoint Adjoint { get; init; } = new AutoAdjoint();

    /// <summary>Bytes of tapes that a gradient may keep.</summary>
    /// <value>512 MiB by default.</value>
    public long TapeBytes { get; init; } = 512L << 20;

    /// <summary>
    /// The grids on which each solve of the chain is to be recorded, in the order travelled, as <see cref="Objectives.ObjectiveResult.Grids"/> states
    /// them; null to let the architecture or <see cref="Controller"/> decide.
    /// </summary>
    /// <value>Null by default.</value>
    public IReadOnlyList<IReadOnlyList<double>>? RecordedGrids { get; init; }

    /// <summary>The norm of a step's error.</summary>
    public ErrorNorm Norm { get; init; } = ErrorNorm.LargestSegment;

    /// <summary>The bounds of a solve.</summary>
    public StepLimits Limits { get; init; } = new();
}
