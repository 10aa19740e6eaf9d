using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>Keeps every tape: the exact gradient of the discrete solve, at memory that grows with the number of steps.</summary>
/// <remarks>Discretise, then optimise: Hager 2000; Sanz-Serna 2016. Memory N s L for N steps of s stages with tapes of L bytes.</remarks>
public sealed class DirectAdjoint : IAdjoint
{
    /// <inheritdoc/>
    public string Name => "direct";

    /// <inheritdoc/>
    public RowTapes? RowTapes => Rows.RowTapes.All;

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason) => DiscreteRecorder.Supports(this, stepper, out reason);

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return DiscreteRecorder.Record(this, problem, budget, new PeriodicPlan(int.MaxValue));
    }
}
