namespace FlowOde.Solvers.Adjoints;

/// <summary>
/// The continuous adjoint along the forward solve's own dense output: only the cotangent is integrated backward, so that reversed
/// dynamics that are unstable do no harm. Memory grows with the number of steps, by a few states each; the gradient is as exact as the
/// tolerances and the dense output.
/// </summary>
/// <remarks>
/// Daulbaev et al. 2020, "Interpolation technique to speed up gradients propagation in neural ODEs", with the polynomial of each
/// accepted step in place of their barycentric interpolation on Chebyshev nodes: it has the order of the method's dense output.
/// </remarks>
public sealed record InterpolatedAdjoint : ContinuousAdjoint
{
    internal override bool RebuildsState => false;

    internal override double LargestDrift => double.PositiveInfinity;

    private protected override string BaseName => "interpolated";
}
