using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>Rows of a problem that make their steps together, with the memory for it.</summary>
internal sealed class RowBatch : IDisposable
{
    /// <summary>
    /// Batches have a multiple of so many rows. Matrix products of fewer rows, or of what is left over, go to other kernels, which sum in another order; between multiples a row's
    /// product has the same bits whatever is beside it (measured with one to a thousand rows in float32). Steps that follow from errors would make more of such differences than round-off.
    /// </summary>
    public const int Multiple = 4;

    private FieldTape? _tape;

    /// <param name="problem">The problem of all rows.</param>
    /// <param name="rows">The numbers of these rows in it.</param>
    /// <param name="states">The states of all rows.</param>
    public RowBatch(OdeProblem problem, long[] rows, FlatVector states)
    {
        Rows = rows;
        Places = [.. Enumerable.Range(0, rows.Length).Select(i => (long)i)];
        long[] filled = [.. rows, .. Enumerable.Repeat(rows[0], Filled(rows.Length) - rows.Length)];
        State = new(problem.Field.StateLayout(filled.Length), states.DType, states.Device);
        RowSelection.Gather(states, filled, State);
        var some = filled.Length == problem.Start.Layout.Rows ? null : (problem.Field as IRowField)?.ForRows(filled);
        Field = new(some ?? problem.Field, State, some as IDisposable);
        Lease = SolveLease.Rent(problem with { Field = Field, Start = State });
    }

    /// <summary>The number of rows of a batch with some.</summary>
    public static int Filled(int rows) => (rows + Multiple - 1) / Multiple * Multiple;

    /// <summary>The numbers of the rows in the problem.</summary>
    public long[] Rows { get; }

    /// <summary>The places of these rows in the batch, 0, 1 … Behind them it may be filled up with rows that make no steps.</summary>
    public long[] Places { get; }

    /// <summary>Rows of the batch, those that fill it up among them.</summary>
    public int Size => (int)State.Layout.Rows;

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
