using FlowOde.Data.Images;

namespace FlowOde.Data.Sources;

/// <summary>A finite set of images.</summary>
/// <param name="Images">The images.</param>
public sealed record ImageSource(ImageSet Images) : DataSource(Images.Name)
{
    /// <inheritdoc/>
    public override int ColumnCount => Images.Length;
}
