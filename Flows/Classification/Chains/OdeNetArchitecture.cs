namespace FlowOde.Flows.Classification.Chains;

/// <summary>A block in continuous time: any solver, any gradient method (Chen et al. 2018).</summary>
/// <param name="name">The architecture's name.</param>
/// <param name="isAugmented">Whether it has channels that start at zero (Dupont et al. 2019).</param>
/// <param name="description">One line.</param>
internal sealed class OdeNetArchitecture(string name, bool isAugmented, string description) : Architecture
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Description => description;

    /// <inheritdoc/>
    public override bool ChoosesSteps => true;

    /// <inheritdoc/>
    public override bool IsAugmented => isAugmented;

    internal override Chain CreateChain(ChainParts parts) => SolvedChain.Solved(parts);
}
