namespace FlowOde.Flows.Matching;

/// <summary>x = t·x1 + (1 − t)·x0 + σε: straight lines within a tube of constant width.</summary>
/// <remarks>Tong et al. 2024 (2302.00482), Eq. 14–15 (I-CFM; with an optimal coupling OT-CFM).</remarks>
/// <param name="width">σ, at least 0.</param>
public sealed class IndependentPath(double width) : IProbabilityPath
{
    private readonly double _width = width >= 0 && double.IsFinite(width) ? width : throw new ArgumentOutOfRangeException(nameof(width), width, "The width of a tube is at least 0.");

    /// <inheritdoc/>
    public string Name => "independent";

    /// <inheritdoc/>
    public string Description => "straight lines within a tube of constant width";

    /// <inheritdoc/>
    public (double First, double Last) Span => (0, 1);

    /// <inheritdoc/>
    public bool HasSpread => _width > 0;

    /// <inheritdoc/>
    public PathCoefficients At(double time) => new(time, 1 - time, _width, 1, -1, 0);
}
