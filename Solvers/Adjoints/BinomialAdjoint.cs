using FlowOde.Solvers.Steppers;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// Stores at most c states and the tapes of one step: the exact gradient of the discrete solve at memory that does not grow with the
/// number of steps. Where the number of steps is known beforehand, the steps made again are the fewest possible; else few more.
/// </summary>
/// <remarks>Griewank, Walther 2000, ACM TOMS 26:19; for an unknown number of steps Wang, Moin, Iaccarino 2009, SIAM J. Sci. Comput. 31:2549.</remarks>
public sealed class BinomialAdjoint : IAdjoint, INumberedAdjoint
{
    /// <inheritdoc/>
    public string Name => Checkpoints == DefaultCheckpoints ? "binomial" : $"binomial:{Checkpoints}";

    /// <summary>The most states stored at a time, the start among them.</summary>
    /// <value>10 by default: up to 66 steps are then made twice on average or less, 1,000 steps 3.6 times.</value>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Checkpoints
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"At least 1 state must be stored, not {value}.");
    } = DefaultCheckpoints;

    /// <inheritdoc/>
    string INumberedAdjoint.Meaning => "stores at most N states";

    private const int DefaultCheckpoints = 10;

    /// <inheritdoc/>
    IAdjoint INumberedAdjoint.With(int number) => new BinomialAdjoint { Checkpoints = number };

    /// <inheritdoc/>
    public bool Supports(IStepper stepper, out string reason) => DiscreteRecorder.Supports(this, stepper, out reason);

    /// <inheritdoc/>
    public RecordedSolve Record(OdeProblem problem, TapeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(budget);
        return DiscreteRecorder.Record(this, problem, budget, new BinomialPlan(Checkpoints, problem.Controller.CountSteps(problem.Stops.Times)));
    }
}
