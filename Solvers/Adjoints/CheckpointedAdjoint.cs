using FlowOde.Solvers.Rows;
using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// Stores the state before every k-th step and makes k steps again at a time in the backward pass: the exact gradient of the discrete
/// solve, with N/k states and the tapes of k steps.
/// </summary>
/// <remarks>
/// With k = 1 Zhuang et al. 2020 (ACA), Algorithm 2; the length of a step is held constant, as it is in the loop itself. Any k makes
/// each step twice; k near √(N D / (s L)) needs the least memory for N steps of s stages, states of D and tapes of L bytes.
/// </remarks>
public sealed class CheckpointedAdjoint : IAdjoint, INumberedAdjoint
{
    /// <inheritdoc/>
    public string Name => Every == 1 ? "checkpointed" : $"checkpointed:{Every}";

    /// <summary>The number k of steps from one stored state to the next.</summary>
    /// <value>1 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Every
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"A state is stored every k steps with k at least 1, not {value}.");
    } = 1;

    /// <inheritdoc/>
    string INumberedAdjoint.Meaning => "stores the state before every N-th step";

    /// <inheritdoc/>
    IAdjoint INumberedAdjoint.With(int number) => new CheckpointedAdjoint { Every = number };

    /// <inheritdoc/>
    public RowTapes? RowTapes => Every == 1 ? Rows.RowTapes.None : null;

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason) => DiscreteRecorder.Supports(this, stepper, out reason);

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return DiscreteRecorder.Record(this, problem, budget, new PeriodicPlan(Every));
    }
}
