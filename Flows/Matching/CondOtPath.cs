namespace FlowOde.Flows.Matching;

/// <summary>x = t·x1 + (1 − (1 − s)t)·x0: straight lines from noise to data, or with s &gt; 0 to a normal density of that width around them.</summary>
/// <remarks>Lipman et al. 2023 (2210.02747), Eq. 20–22; with s = 0 the rectified flow of Liu et al. 2023 (2209.03003).</remarks>
/// <param name="width">s, from 0 to less than 1.</param>
public sealed class CondOtPath(double width = 0) : IProbabilityPath
{
    private readonly double _width = width is >= 0 and < 1 ? width : throw new ArgumentOutOfRangeException(nameof(width), width, "The width around data lies in [0, 1).");

    /// <inheritdoc/>
    public string Name => "cond-ot";

    /// <inheritdoc/>
    public string Description => "straight lines from noise to data, or near it";

    /// <inheritdoc/>
    public (double First, double Last) Span => (0, 1);

    /// <inheritdoc/>
    public bool HasSpread => false;

    /// <inheritdoc/>
    public PathCoefficients At(double time) => new(time, 1 - ((1 - _width) * time), 0, 1, _width - 1, 0);
}
