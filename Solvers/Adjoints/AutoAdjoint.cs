using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// The exact gradient within a budget of memory: keeps all accepted states and the tapes of the newest steps; whole steps' tapes are
/// freed, oldest first, when the budget is used up, and those steps are made again; beyond that states are given up as well, and made
/// again by a binomial schedule. Equal to <see cref="DirectAdjoint"/> bit for bit at any budget.
/// </summary>
public sealed class AutoAdjoint : IAdjoint
{
    /// <inheritdoc/>
    public string Name => "auto";

    /// <inheritdoc/>
    public RowTapes? RowTapes => Rows.RowTapes.WithinBudget;

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason) => DiscreteRecorder.Supports(this, stepper, out reason);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The budget does not hold the tapes of one step.</exception>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return DiscreteRecorder.Record(this, problem, budget, new BudgetPlan(budget));
    }
}
