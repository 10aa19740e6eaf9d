using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>
/// A row that is recorded by itself: at once, or where the rows before it leave too little of the budget for that, solved at once and recorded when it is pulled back, with all that they have
/// given back by then.
/// </summary>
internal sealed class RowRecord : IDisposable
{
    private readonly IAdjoint _adjoint;
    private readonly TapeBudget _budget;
    private RecordedSolve? _record; // until it is pulled back
    private readonly OdeSolution? _solution;

    private RowRecord(RowAlone row, IAdjoint adjoint, TapeBudget budget, RecordedSolve? record, OdeSolution? solution) =>
        (Row, _adjoint, _budget, _record, _solution, IsLater) = (row, adjoint, budget, record, solution, record is null);

    /// <summary>Records a row.</summary>
    /// <param name="row">The row; stays the caller's.</param>
    /// <param name="adjoint">The gradient method.</param>
    /// <param name="budget">What may be kept.</param>
    /// <param name="isLater">Whether it is only solved now.</param>
    public static RowRecord Of(RowAlone row, IAdjoint adjoint, TapeBudget budget, bool isLater) => isLater
        ? new(row, adjoint, budget, null, RowsAlone.Named(row, OdeSolver.Solve))
        : new(row, adjoint, budget, RowsAlone.Named(row, alone => adjoint.Record(alone, budget)), null);

    /// <summary>The row.</summary>
    public RowAlone Row { get; }

    /// <summary>Whether it is recorded when it is pulled back.</summary>
    public bool IsLater { get; }

    /// <summary>What it cost so far.</summary>
    public SolveStatistics Statistics => _record?.Statistics ?? _solution!.Statistics;

    /// <summary>Copies its states to its place among all rows.</summary>
    public void CopyTo(IReadOnlyList<FlatVector> all) => Row.CopyTo(_record?.States ?? _solution!.States, _record?.Final ?? _solution!.Final, all);

    /// <summary>Pulls back, and gives its memory back.</summary>
    public SolveGradient Pullback(FlatVector[] cotangents, FlatVector intoStart, FlatVector intoGradient)
    {
        using var record = _record ?? RowsAlone.Named(Row, alone => _adjoint.Record(alone, _budget));
        _record = null;
        var gradient = record.Pullback(cotangents, intoStart, intoGradient);
        return IsLater ? new(gradient.TimeCotangents, gradient.Statistics + record.Statistics) { Drift = gradient.Drift } : gradient;
    }

    public void Dispose()
    {
        _record?.Dispose();
        _solution?.Dispose();
    }
}
