using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;

namespace FlowOde.Benchmarks;

/// <summary>A network with the batch and the tangents that it is measured with.</summary>
/// <param name="Name">How it is called in tables.</param>
/// <param name="Options">The network.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Tangents">Tangents of each row.</param>
public sealed record SweepCase(string Name, NetworkOptions Options, int Rows, int Tangents)
{
    private static readonly NetworkOptions _toy = new MlpOptions { Dimension = 2, Hidden = [64, 64, 64] };

    private static readonly NetworkOptions _wide = new MlpOptions { Dimension = 43, Hidden = [860, 860], Activation = new SoftplusActivation() };

    private static readonly NetworkOptions _images = new ConvOptions { Image = new(1, 28, 28), Hidden = [64, 64, 64], Activation = new SoftplusActivation() };

    /// <summary>
    /// The toy network (tanh) with the K tangents of one probe and of the exact trace, a wide one (softplus, 43 columns) with one probe, and a convolutional one
    /// (softplus, 28 × 28 pixels) with one probe.
    /// </summary>
    public static IReadOnlyList<SweepCase> All { get; } =
    [
        new("toy 64-64-64, K=1", _toy, 512, 1),
        new("toy 64-64-64, K=2", _toy, 512, 2),
        new("wide 860-860, K=1", _wide, 1000, 1),
        new("images 64-64-64, K=1", _images, 64, 1),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
