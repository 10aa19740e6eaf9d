using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>The inputs of all convolutions and what the activations keep.</summary>
internal sealed class ConvTape : NetworkTape
{
    private ConvTape(ConvWorkspace workspace, Dual[] layers, Dual[] affine, ActivationTape[] activations)
        : base(workspace, layers[0], layers[^1], workspace.Network.ContextDimension)
    {
        using var scope = torch.NewDisposeScope();
        (Conv, Layers, Activations) = (workspace, layers, activations);
        Gates = new(affine, [.. layers.Skip(1)], workspace.GateGroups);
        Images = [.. layers.Select((layer, l) => workspace.Images(layer.Stacked, l).DetachFromDisposeScope())];
        AffineImages = Gates.Count == 0 ? Images[1..] : [.. affine.Select((dual, l) => workspace.Images(dual.Stacked, l + 1).DetachFromDisposeScope())];
        InputValues = workspace.Images(layers[0].Values, 0).DetachFromDisposeScope();
        FirstValues = workspace.Images((Gates.Count == 0 ? layers[1] : affine[0]).Values, 1).DetachFromDisposeScope();
        Bytes = layers.Sum(layer => layer.Footprint) + activations.Sum(activation => activation.Footprint) + Gates.Footprint;
    }

    internal ConvWorkspace Conv { get; }

    /// <summary>The input of each layer, which is the output of the activation before it, and the output of the last.</summary>
    internal Dual[] Layers { get; }

    /// <summary>Values and tangents of <see cref="Layers"/> as images, [(1 + K)·B, channels, H, W].</summary>
    internal torch.Tensor[] Images { get; }

    /// <summary>What the convolutions put out, before half of it may gate the other, [(1 + K)·B, channels, H, W].</summary>
    internal torch.Tensor[] AffineImages { get; }

    /// <summary>The gating of each layer; none where layers have none.</summary>
    internal HalfGates Gates { get; }

    /// <summary>The values of the input as images, [B, C, H, W].</summary>
    internal torch.Tensor InputValues { get; }

    /// <summary>The values that the first layer puts out as images, [B, out, H, W].</summary>
    internal torch.Tensor FirstValues { get; }

    /// <summary>The tape of the activation after each layer but the last.</summary>
    internal ActivationTape[] Activations { get; }

    /// <summary>The time of the evaluation.</summary>
    internal double Time { get; set; } = double.NaN;

    public override long Bytes { get; }

    protected override void DisposeKept()
    {
        foreach (IDisposable part in (IEnumerable<IDisposable>)[.. Images, .. Gates.Count == 0 ? [] : AffineImages, Gates, InputValues, FirstValues, .. Layers, .. Activations])
        {
            part.Dispose();
        }
    }

    internal static ConvTape Create(ConvWorkspace workspace)
    {
        var (options, sizes) = (workspace.Network.Options, workspace.Network.Sizes);
        Dual[] layers = [.. sizes.Widths.Select(workspace.CreateDual)];
        Dual[] affine = sizes.OutputsPerUnit == 1 ? [] : [.. Enumerable.Range(0, sizes.Count).Select(l => workspace.CreateDual(sizes.Out(l), l + 1))];
        return new(workspace, layers, affine, [.. workspace.Scratch.Select((scratch, l) => options.Activation.CreateTape(layers[l + 1], scratch))]);
    }
}
