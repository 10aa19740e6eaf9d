using FlowOde.Solvers.Rows;

namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// The continuous adjoint that rebuilds the state: integrates state and cotangent backward in time together. Memory does not depend on
/// the number of steps; the gradient is as exact as the tolerances, and lost where the reversed dynamics are unstable, which is found
/// by comparing the rebuilt states with those of the forward solve (<see cref="SolveGradient.Drift"/>).
/// </summary>
/// <remarks>Chen et al. 2018 (Neural ODE), §2 and Appendix B. At each save time the state is set to the one that the forward solve found.</remarks>
public sealed record BacksolveAdjoint : ContinuousAdjoint
{
    /// <summary>
    /// The largest <see cref="SolveGradient.Drift"/>; a pullback that exceeds it ends with an <see cref="OdeSolveException"/>.
    /// Greater than 0; positive infinity to report the drift only.
    /// </summary>
    /// <value>
    /// 0.1 by default: the gradient is taken along the rebuilt path, so its relative error is of the order of the drift. At a tenth it still
    /// points the way. Flows stay below: in training at tolerances of 1e-3 the largest drift of 2,100 solves was 0.025, and it falls with the
    /// tolerance. Unstable dynamics, whose drift grows exponentially, are soon above.
    /// </value>
    public double DriftLimit
    {
        get;
        init => field = value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(DriftLimit)} must be positive; positive infinity reports the drift only.");
    } = 0.1;

    /// <inheritdoc/>
    /// <remarks>With <see cref="BackwardNorm.Seminorm"/>, if the backward solve's method judges rows too: θ̄ is one vector for all rows, whose error no row could be judged by.</remarks>
    public override bool StepsRowsTogether => Norm == BackwardNorm.Seminorm && Stepper is null or { JudgesRows: true };

    internal override bool RebuildsState => true;

    internal override double LargestDrift => DriftLimit;

    private protected override RecordedSolve RecordRows(OdeProblem problem, TapeBudget budget) => RowBacksolve.Record(this, problem, budget);

    private protected override string BaseName => "backsolve";
}
