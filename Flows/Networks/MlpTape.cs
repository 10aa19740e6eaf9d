using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>The inputs of all layers and what the activations keep.</summary>
internal sealed class MlpTape : NetworkTape
{
    private MlpTape(MlpWorkspace workspace, Dual[] layers, Dual[] affine, ActivationTape[] activations)
        : base(workspace, layers[0], layers[^1], workspace.Network.ContextDimension)
    {
        (Mlp, Layers, Activations) = (workspace, layers, activations);
        Gates = new(affine, [.. layers.Skip(1)], [.. affine.Select(_ => 1L)]);
        Affine = Gates.Count == 0 ? layers[1..] : affine;
        FirstValues = Affine[0].Values.narrow(1, 0, workspace.Network.Sizes.Out(0)).DetachFromDisposeScope();
        Bytes = layers.Sum(layer => layer.Footprint) + activations.Sum(activation => activation.Footprint) + Gates.Footprint;
    }

    internal MlpWorkspace Mlp { get; }

    /// <summary>The input of each layer, which is the output of the activation before it, and the output of the last.</summary>
    internal Dual[] Layers { get; }

    /// <summary>What affine parts put out, before half of it may gate the other.</summary>
    internal Dual[] Affine { get; }

    /// <summary>The gating of each layer; none where layers have none.</summary>
    internal HalfGates Gates { get; }

    /// <summary>What the first layer puts out, values without padding, [B, out].</summary>
    internal torch.Tensor FirstValues { get; }

    /// <summary>The tape of the activation after each layer but the last.</summary>
    internal ActivationTape[] Activations { get; }

    /// <summary>The time of the evaluation.</summary>
    internal double Time { get; set; } = double.NaN;

    public override long Bytes { get; }

    protected override void DisposeKept()
    {
        foreach (IDisposable part in (IEnumerable<IDisposable>)[FirstValues, Gates, .. Layers, .. Activations])
        {
            part.Dispose();
        }
    }

    internal static MlpTape Create(MlpWorkspace workspace)
    {
        var (options, sizes, parameters) = (workspace.Network.Options, workspace.Network.Sizes.Stored, workspace.Network.Parameters);
        Dual[] layers = [.. sizes.Widths.Select((width, l) =>
            new Dual(workspace.Rows, workspace.Tangents, width, parameters.DType, parameters.Device, columnMajor: l == sizes.Count && width < MlpWorkspace.Skinny))];
        Dual[] affine = sizes.OutputsPerUnit == 1 ? [] : [.. Enumerable.Range(0, sizes.Count).Select(l => new Dual(workspace.Rows, workspace.Tangents, sizes.Out(l), parameters.DType, parameters.Device))];
        return new(workspace, layers, affine, [.. workspace.Scratch.Select((scratch, l) => options.Activation.CreateTape(layers[l + 1], scratch))]);
    }
}
