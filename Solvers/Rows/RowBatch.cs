using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>Rows of a problem that make their steps together, with the memory for it.</summary>
internal sealed class RowBatch : IDisposable
{
    private FieldTape? _tape;

    /// <param name="problem">The problem of all rows.</param>
    /// <param name="rows">The numbers of these rows in it.</param>
    /// <param name="states">The states of all rows.</param>
    public RowBatch(OdeProblem problem, long[] rows, FlatVector states)
    {
        Rows = rows;
        State = new(problem.Field.StateLayout(rows.Length), states.DType, states.Device);
        RowSelection.Gather(states, rows, State);
        var some = rows.Length == problem.Start.Layout.Rows ? null : (problem.Field as IRowField)?.ForRows(rows);
        Field = new(some ?? problem.Field, State, some as IDisposable);
        Lease = SolveLease.Rent(problem with { Field = Field, Start = State });
    }

    /// <summary>The numbers of the rows in the problem.</summary>
    public long[] Rows { get; }

    /// <summary>Where the rows are, each at its own time.</summary>
    public FlatVector State { get; }

    /// <summary>The field of the rows.</summary>
    public RowTimeField Field { get; }

    /// <summary>Field workspace and step workspace.</summary>
    public SolveLease Lease { get; }

    /// <summary>A tape for evaluations whose gradient nobody asks for.</summary>
    public FieldTape Tape => _tape ??= Lease.Field.RentTape();

    public void Dispose()
    {
        if (_tape is not null)
        {
            Lease.Field.ReturnTape(_tape);
        }

        Lease.Dispose();
        Field.Dispose();
        State.Dispose();
    }
}
