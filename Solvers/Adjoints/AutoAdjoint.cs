using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// The exact gradient within a budget of memory: keeps all accepted states and the tapes of the newest steps; whole steps' tapes are
/// freed, oldest first, when the budget is used up, and those steps are replayed. Equal to <see cref="DirectAdjoint"/> bit for bit.
/// </summary>
public sealed class AutoAdjoint : IAdjoint
{
    /// <inheritdoc/>
    public string Name => "auto";

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason) => DiscreteRecorder.Supports(this, stepper, out reason);

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return DiscreteRecorder.Record(this, problem, budget);
    }
}
