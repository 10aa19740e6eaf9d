using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>The inputs of all convolutions and what the activations keep.</summary>
internal sealed class ConvTape : NetworkTape
{
    private ConvTape(ConvWorkspace workspace, Dual[] layers, ActivationTape[] activations)
        : base(workspace, layers[0], layers[^1], workspace.Network.ContextDimension)
    {
        using var scope = torch.NewDisposeScope();
        (Conv, Layers, Activations) = (workspace, layers, activations);
        Images = [.. layers.Select((layer, l) => workspace.Images(layer.Stacked, l).DetachFromDisposeScope())];
        InputValues = workspace.Images(layers[0].Values, 0).DetachFromDisposeScope();
        FirstValues = workspace.Images(layers[1].Values, 1).DetachFromDisposeScope();
        Bytes = layers.Sum(layer => layer.Footprint) + activations.Sum(activation => activation.Footprint);
    }

    internal ConvWorkspace Conv { get; }

    /// <summary>The input of each layer, which is the output of the activation before it, and the output of the last.</summary>
    internal Dual[] Layers { get; }

    /// <summary>Values and tangents of <see cref="Layers"/> as images, [(1 + K)·B, channels, H, W].</summary>
    internal torch.Tensor[] Images { get; }

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
        foreach (IDisposable part in (IEnumerable<IDisposable>)[.. Images, InputValues, FirstValues, .. Layers, .. Activations])
        {
            part.Dispose();
        }
    }

    internal static ConvTape Create(ConvWorkspace workspace)
    {
        var (options, sizes) = (workspace.Network.Options, workspace.Network.Sizes);
        Dual[] layers = [.. sizes.Widths.Select(workspace.CreateDual)];
        return new(workspace, layers, [.. workspace.Scratch.Select((scratch, l) => options.Activation.CreateTape(layers[l + 1], scratch))]);
    }
}
