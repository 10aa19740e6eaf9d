using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>A single row of a batch, where it cannot go on with the others.</summary>
internal static class RowRescue
{
    /// <summary>The problem of a row alone, from where it stands.</summary>
    /// <param name="problem">The problem of all rows.</param>
    /// <param name="row">The number of the row.</param>
    /// <param name="state">Where it stands, one row.</param>
    /// <param name="time">When.</param>
    /// <param name="wanted">The index of the next time at which its state is wanted.</param>
    /// <returns>The problem; its field belongs to the caller where it is <see cref="IDisposable"/> and not that of all rows.</returns>
    public static OdeProblem Alone(OdeProblem problem, long row, FlatVector state, double time, int wanted) => problem with
    {
        Field = (problem.Field as IRowField)?.ForRows([row]) ?? problem.Field,
        Start = state,
        Times = [time, .. problem.Times[wanted..]],
        ForcedTimes = [.. problem.ForcedTimes.Where(forced => Math.Sign(forced - time) == Math.Sign(problem.Times[^1] - time))],
        Events = [],
        IsPerRow = false,
    };
}
