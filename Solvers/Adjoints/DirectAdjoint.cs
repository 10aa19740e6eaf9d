using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// Keeps the tape of every stage of every accepted step: the exact gradient of the discrete solve, evaluating nothing twice. Memory
/// grows with the number of steps; for small networks the fastest.
/// </summary>
public sealed class DirectAdjoint : IAdjoint
{
    /// <inheritdoc/>
    public string Name => "direct";

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason) => DiscreteRecorder.Supports(this, stepper, out reason);

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget) => DiscreteRecorder.Record(this, problem, new TapeBudget(long.MaxValue));
}
