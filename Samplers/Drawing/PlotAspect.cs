namespace FlowOde.Samplers.Drawing;

/// <summary>How the shape of a panel follows from its limits.</summary>
public enum PlotAspect
{
    /// <summary>Square, whatever the units.</summary>
    Free,

    /// <summary>A unit of x as long as a unit of y, for positions in a plane; square again beyond a ratio of 4 to 1.</summary>
    EqualUnits,
}
