using FlowOde.Solvers.Fields;

namespace FlowOde.Solvers.Rows;

/// <summary>A field that holds something for each row of its batch, such as random directions, and so is another field for other rows.</summary>
public interface IRowField : IVectorField
{
    /// <summary>The field of some rows of this one's batch.</summary>
    /// <param name="rows">The numbers of the rows in the batch, in the order in which the states of the new field have them.</param>
    /// <returns>The field; where it is <see cref="IDisposable"/> it belongs to the caller. It may use pooled workspaces of this one.</returns>
    IVectorField ForRows(ReadOnlySpan<long> rows);
}
