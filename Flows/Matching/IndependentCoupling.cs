namespace FlowOde.Flows.Matching;

/// <summary>Noise and data as they come.</summary>
public sealed class IndependentCoupling : ICoupling
{
    /// <inheritdoc/>
    public string Name => "independent";

    /// <inheritdoc/>
    public string Description => "noise and data as they come";

    /// <inheritdoc/>
    public bool NeedsCosts => false;

    /// <inheritdoc/>
    public int[] Pair(ReadOnlySpan<double> costs, int rows, ReadOnlySpan<double> draws) => [.. Enumerable.Range(0, rows)];
}
