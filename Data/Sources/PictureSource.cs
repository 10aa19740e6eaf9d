using FlowOde.Data.Pictures;

namespace FlowOde.Data.Sources;

/// <summary>A picture read as a density on the plane.</summary>
/// <param name="Density">The density.</param>
public sealed record PictureSource(PictureDensity Density) : DataSource(Density.Name)
{
    /// <inheritdoc/>
    public override int ColumnCount => 2;
}
