using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// Stores every accepted state and replays one step at a time in the backward pass: the exact gradient of the discrete solve, with the
/// tapes of one step.
/// </summary>
/// <remarks>Zhuang et al. 2020 (ACA), Algorithm 2; the length of a step is held constant, as it is in the loop itself.</remarks>
public sealed class CheckpointedAdjoint : IAdjoint
{
    /// <inheritdoc/>
    public string Name => "checkpointed";

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason) => DiscreteRecorder.Supports(this, stepper, out reason);

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget) => DiscreteRecorder.Record(this, problem, new TapeBudget(0));
}
