using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;

namespace FlowOde.Benchmarks;

/// <summary>A network with the batch and the tangents that it is measured with.</summary>
/// <param name="Name">How it is called in tables.</param>
/// <param name="Options">The network.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Tangents">Tangents of each row.</param>
public sealed record SweepCase(string Name, MlpOptions Options, int Rows, int Tangents)
{
    private static readonly MlpOptions _toy = new() { Dimension = 2, Hidden = [64, 64, 64] };

    private static readonly MlpOptions _wide = new() { Dimension = 43, Hidden = [860, 860], Activation = new SoftplusActivation() };

    /// <summary>The toy network (tanh) with the K tangents of one probe and of the exact trace, and a wide one (softplus, 43 columns) with one probe.</summary>
    public static IReadOnlyList<SweepCase> All { get; } =
    [
        new("toy 64-64-64, K=1", _toy, 512, 1),
        new("toy 64-64-64, K=2", _toy, 512, 2),
        new("wide 860-860, K=1", _wide, 1000, 1),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
