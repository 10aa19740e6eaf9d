using FlowOde.Data.Tables;

namespace FlowOde.Data.Sources;

/// <summary>A finite table of rows.</summary>
/// <param name="Table">The table.</param>
public sealed record TableSource(DataTable Table) : DataSource(Table.Source)
{
    /// <inheritdoc/>
    public override int ColumnCount => Table.ColumnCount;
}
