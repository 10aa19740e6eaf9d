using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>The inputs of all convolutions and what the activations keep.</summary>
internal sealed class ConvTape : ChainTape
{
    private ConvTape(ConvWorkspace workspace, (Dual, Dual) ends, Dual[] inputs, Dual[] outputs, Dual[] affine, ActivationTape[] activations)
        : base(workspace, ends, inputs, outputs, new(affine, outputs, workspace.GateGroups), activations, workspace.Network.ContextDimension)
    {
        using var scope = torch.NewDisposeScope();
        Conv = workspace;
        Images = [.. inputs.Select((input, l) => workspace.Images(input.Stacked, l).DetachFromDisposeScope())];
        AffineImages = [.. (affine.Length == 0 ? outputs : affine).Select((dual, l) => workspace.Images(dual.Stacked, l + 1).DetachFromDisposeScope())];
        InputValues = workspace.Images(inputs[0].Values, 0).DetachFromDisposeScope();
        FirstValues = workspace.Images((affine.Length == 0 ? outputs : affine)[0].Values, 1).DetachFromDisposeScope();
    }

    internal ConvWorkspace Conv { get; }

    /// <summary>Values and tangents of the inputs of all layers as images, [(1 + K)·B, channels, H, W].</summary>
    internal torch.Tensor[] Images { get; }

    /// <summary>What the convolutions put out, before half of it may gate the other, [(1 + K)·B, channels, H, W].</summary>
    internal torch.Tensor[] AffineImages { get; }

    /// <summary>The values of the input as images, [B, C, H, W].</summary>
    internal torch.Tensor InputValues { get; }

    /// <summary>The values that the first convolution puts out as images, [B, out, H, W].</summary>
    internal torch.Tensor FirstValues { get; }

    internal override void Forward(int from, int to) => ConvSweep.Forward(this, Conv, from, to);

    internal override void Pullback(int from, int to) => ConvSweep.Pullback(this, Conv, from, to);

    internal override void PullbackInput(int layer, bool tangents, Dual into)
    {
        using var scope = torch.NewDisposeScope();
        var (cotangent, images) = (Part(Conv.CotangentImages[layer], tangents), Part(Images[layer], tangents));
        var intoImages = Part(Conv.Images(into.Stacked, layer == 0 ? Conv.Kernel.Length : layer), tangents);
        if (Conv.ByRow is { } byRow)
        {
            byRow.PullbackInput(layer, cotangent, intoImages);
        }
        else
        {
            Convolution.PullbackImages(cotangent, images, Conv.Kernel[layer], Conv.Geometries[layer], intoImages);
        }
    }

    internal override torch.Tensor TangentsOf(Dual dual, int layer) => Part(Conv.Images(dual.Stacked, layer), tangents: true);

    private protected override void DisposeViews()
    {
        foreach (var view in (torch.Tensor[])[.. Images, .. AffineImages, InputValues, FirstValues])
        {
            view.Dispose();
        }
    }

    internal static ConvTape Create(ConvWorkspace workspace, int tangents)
    {
        var (options, sizes) = (workspace.Network.Options, workspace.Network.Sizes);
        int bottleneck = tangents == 0 ? 0 : workspace.Bottleneck;
        Dual Make(int l) => workspace.CreateDual(tangents, sizes.Widths[l], l);
        Dual[] inputs = [.. Enumerable.Range(0, sizes.Count).Select(Make)];
        Dual[] outputs = OutputsOf(inputs, bottleneck, Make);
        Dual[] affine = sizes.OutputsPerUnit == 1 ? [] : [.. Enumerable.Range(0, sizes.Count).Select(l => workspace.CreateDual(tangents, sizes.Out(l), l + 1))];
        var ends = bottleneck == 0 ? (inputs[0], outputs[^1]) : (Make(0), Make(sizes.Count));
        return new(workspace, ends, inputs, outputs, affine, [.. workspace.Scratch.Select((scratch, l) => options.Activation.CreateTape(outputs[l], scratch))]);
    }

    private torch.Tensor Part(torch.Tensor images, bool tangents) => tangents ? images.narrow(0, Conv.Rows, images.size(0) - Conv.Rows) : images.narrow(0, 0, Conv.Rows);
}
