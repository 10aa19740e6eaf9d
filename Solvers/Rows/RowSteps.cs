namespace FlowOde.Solvers.Rows;

/// <summary>What each row of a batch took, where every row has its own steps.</summary>
/// <param name="Accepted">Accepted steps of each row.</param>
/// <param name="Rejected">Rejected steps of each row.</param>
/// <param name="Times">Where each row stands: at the last time, or where its steps were used up and the limits ask for what there is.</param>
/// <param name="Evaluations">Evaluations of the field, each counted once for every row that was in the batch.</param>
public sealed record RowSteps(IReadOnlyList<int> Accepted, IReadOnlyList<int> Rejected, IReadOnlyList<double> Times, long Evaluations)
{
    /// <summary>The steps of this solve and of another one of the same rows, which stand where the other one ended.</summary>
    internal RowSteps Plus(RowSteps other) => new(
        [.. Accepted.Zip(other.Accepted, (a, b) => a + b)],
        [.. Rejected.Zip(other.Rejected, (a, b) => a + b)],
        other.Times,
        Evaluations + other.Evaluations);
}
