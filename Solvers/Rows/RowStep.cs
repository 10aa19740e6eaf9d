using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.Rows;

/// <summary>A step of a batch as its pullback needs it.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Times">The start of each row's step.</param>
/// <param name="NextTimes">The end of each row's step; its start where it was not accepted.</param>
/// <param name="Arrivals">The times that rows met, by index, and the places of those rows in the batch.</param>
/// <param name="Start">The states before it; belong to the record.</param>
/// <param name="Tapes">The tapes of its stages; null where it is made again.</param>
internal sealed record RowStep(RowBatch Batch, double[] Times, double[] NextTimes, IReadOnlyList<(int Time, long Place)> Arrivals, FlatVector Start, FieldTape[]? Tapes);
