namespace FlowOde.Samplers.Drawing;

/// <summary>The stability region of one scheme.</summary>
public sealed record StabilityPanel
{
    /// <summary>The scheme; stands above the frame.</summary>
    public required string Heading { get; init; }

    /// <summary>The growth of a step over the plane of z = hλ, x real and y imaginary; NaN where it is more than 1.</summary>
    public required DensityField Growth { get; init; }

    /// <summary>How far a region that is nothing but a piece of the imaginary axis reaches, drawn as a line; at least 0.</summary>
    /// <value>0 by default: the region has an area.</value>
    public double AxisReach { get; init; }
}
