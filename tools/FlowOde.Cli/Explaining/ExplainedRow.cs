using FlowOde.Samplers.Drawing;

namespace FlowOde.Cli.Explaining;

/// <summary>An architecture with what was measured of it.</summary>
/// <param name="Architecture">The row.</param>
/// <param name="Checks">Everything that was measured against what is claimed.</param>
/// <param name="LinearErrors">Error at the end on the linear field, by number of steps.</param>
/// <param name="NonlinearErrors">Error at the end on the nonlinear field, by number of steps.</param>
/// <param name="Plane">The growth of a step over the plane of z.</param>
internal sealed record ExplainedRow(Architecture Architecture, IReadOnlyList<SchemeCheck> Checks, DataSeries LinearErrors, DataSeries NonlinearErrors, DensityField Plane)
{
    /// <summary>Whether everything is as claimed.</summary>
    public bool Holds => Checks.All(check => check.Holds);

    /// <summary>A measured number by its key.</summary>
    public double Measured(string name) => Checks.First(check => check.Name == name).Measured;
}
