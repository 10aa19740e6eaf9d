using FlowOde.Data.ToyDensities;

namespace FlowOde.Data.Sources;

/// <summary>A toy density, of which there are as many samples as anybody wants.</summary>
/// <param name="Density">The density.</param>
public sealed record ToySource(IToyDensity Density) : DataSource(Density.Name)
{
    /// <inheritdoc/>
    public override int ColumnCount => 2;
}
