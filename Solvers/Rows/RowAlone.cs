using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>A row of a problem by itself, where it is not solved for with the others.</summary>
internal sealed class RowAlone : IDisposable
{
    private readonly IDisposable? _field;

    /// <param name="problem">The problem of all rows.</param>
    /// <param name="row">The number of the row in it.</param>
    /// <param name="states">Where rows stand.</param>
    /// <param name="place">The place of this one among them.</param>
    /// <param name="time">When it stands there.</param>
    /// <param name="wanted">The index of the next time at which its state is wanted.</param>
    public RowAlone(OdeProblem problem, long row, FlatVector states, long place, double time, int wanted)
    {
        (Row, Wanted) = (row, wanted);
        var field = (problem.Field as IRowField)?.ForRows([row]) ?? problem.Field;
        _field = ReferenceEquals(field, problem.Field) ? null : field as IDisposable;
        var start = new FlatVector(problem.Field.StateLayout(1), states.DType, states.Device);
        RowSelection.Gather(states, [place], start);
        Problem = problem with
        {
            Field = field,
            Start = start,
            Norm = ErrorNorm.LargestRow, // by which rows with steps of their own are judged
            Times = [time, .. problem.Times[wanted..]],
            ForcedTimes = [.. problem.ForcedTimes.Where(forced => Math.Sign(forced - time) == Math.Sign(problem.Times[^1] - time))],
            IsPerRow = false,
            Row = row,
        };
    }

    /// <summary>All rows of a problem, from its start.</summary>
    public static RowAlone[] All(OdeProblem problem) =>
        [.. Enumerable.Range(0, checked((int)problem.Start.Layout.Rows)).Select(row => new RowAlone(problem, row, problem.Start, row, problem.Times[0], 1))];

    /// <summary>The number of the row.</summary>
    public long Row { get; }

    /// <summary>Its problem, from where it stands to the times at which its state is still wanted.</summary>
    public OdeProblem Problem { get; }

    private int Wanted { get; }

    /// <summary>Copies what it was solved for to its place among all rows; at times that it did not meet its state is its last one.</summary>
    /// <param name="solution">Its states.</param>
    /// <param name="last">The last one, at a terminal event where there was one.</param>
    /// <param name="all">The states of all rows, at the times of their problem.</param>
    public void CopyTo(IReadOnlyList<FlatVector> solution, FlatVector last, IReadOnlyList<FlatVector> all)
    {
        for (int i = Wanted - 1; i < all.Count; i++)
        {
            int met = i - (Wanted - 1);
            RowSelection.Copy(met < solution.Count ? solution[met] : last, [0], [Row], all[i]);
        }
    }

    public void Dispose()
    {
        _field?.Dispose();
        Problem.Start.Dispose();
    }
}
