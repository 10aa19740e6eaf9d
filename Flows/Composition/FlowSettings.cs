using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;

namespace FlowOde.Flows.Composition;

/// <summary>How the continuous parts of a flow are solved: one set for training, another for what is reported.</summary>
public sealed record FlowSettings
{
    /// <summary>The method of each step.</summary>
    public required IStepper Stepper { get; init; }

    /// <summary>Judges the steps.</summary>
    public required IStepSizeController Controller { get; init; }

    /// <summary>The norm of a step's error.</summary>
    /// <value><see cref="ErrorNorm.LargestSegment"/> by default.</value>
    public ErrorNorm Norm { get; init; } = ErrorNorm.LargestSegment;

    /// <summary>Whether every row has its own time, steps and error, so that its density does not depend on its batch mates beyond round-off; see <see cref="Solvers.OdeProblem.IsPerRow"/>.</summary>
    /// <value>False by default.</value>
    public bool IsPerRow { get; init; }

    /// <summary>The method with which a solve is made anew whose steps collapse since its equation is stiff; see <see cref="Solvers.OdeProblem.StiffFallback"/>.</summary>
    /// <value>Null by default, for a solve that ends with a message.</value>
    public IStepper? StiffFallback { get; init; }

    /// <summary>The bounds of a solve.</summary>
    public StepLimits Limits { get; init; } = new();

    /// <summary>How gradients pass back through a solve.</summary>
    /// <value><see cref="AutoAdjoint"/> by default.</value>
    public IAdjoint Adjoint { get; init; } = new AutoAdjoint();

    /// <summary>Bytes of tapes and states that one gradient of the whole flow may keep, at least 0; its continuous parts share them, by their pixels where those are images.</summary>
    /// <value>512 MB by default.</value>
    public long TapeBytes
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A budget of memory must not be negative.");
    } = 512L << 20;

    /// <summary>
    /// The grids on which each continuous part is to be recorded, in the order travelled from data to base, as <see cref="RecordedFlow.Grids"/>
    /// states them; null to let <see cref="Controller"/> decide. A learned duration stretches them.
    /// </summary>
    /// <value>Null by default.</value>
    public IReadOnlyList<IReadOnlyList<double>>? RecordedGrids { get; init; }

    /// <summary>The estimator of tr(∂f/∂z).</summary>
    public required ITraceEstimator Trace { get; init; }

    /// <summary>The regularisers whose integrals are tracked.</summary>
    public IReadOnlyList<IRegularizer> Regularizers { get; init; } = [];
}
