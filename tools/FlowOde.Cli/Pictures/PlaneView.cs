using FlowOde.Data.ToyDensities;
using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Pictures;

/// <summary>The part of the plane that pictures of a run show.</summary>
/// <param name="X">Limits of the first column.</param>
/// <param name="Y">Limits of the second column.</param>
/// <param name="Aspect">Whether both have the same unit.</param>
/// <param name="Suffix">Unit behind ticks.</param>
internal sealed record PlaneView(DataLimits X, DataLimits Y, PlotAspect Aspect, string Suffix)
{
    /// <summary>The view of points, or that of the density they come from.</summary>
    /// <param name="points">Two columns.</param>
    /// <param name="truth">The density they come from, or null.</param>
    public static PlaneView Of(PointTable points, IToyDensity? truth)
    {
        bool isMap = points.ColumnNames is ["longitude", "latitude"];
        return truth is { Bounds: var bounds }
            ? new(new(bounds.Left, bounds.Right), new(bounds.Bottom, bounds.Top), PlotAspect.EqualUnits, "")
            : new(DataLimits.Robust(points.Column(0)), DataLimits.Robust(points.Column(1)), isMap ? PlotAspect.EqualUnits : PlotAspect.Free, isMap ? "°" : "");
    }

    /// <summary>Cells along x and y that make about this many in all, square on paper.</summary>
    public (int Columns, int Rows) Cells(int total)
    {
        double ratio = Aspect == PlotAspect.EqualUnits ? Math.Clamp(X.Span / Y.Span, 0.25, 4) : 1;
        int columns = Math.Max(2, (int)Math.Sqrt(total * ratio));
        return (columns, Math.Max(2, total / columns));
    }
}
