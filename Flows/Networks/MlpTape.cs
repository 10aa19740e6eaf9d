using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using TorchSharp;

namespace FlowOde.Flows.Networks;

/// <summary>The inputs of all layers and what the activations keep.</summary>
internal sealed class MlpTape : ChainTape
{
    private MlpTape(MlpWorkspace workspace, (Dual, Dual) ends, Dual[] inputs, Dual[] outputs, Dual[] affine, ActivationTape[] activations)
        : base(workspace, ends, inputs, outputs, new(affine, outputs, [.. affine.Select(_ => 1L)]), activations, workspace.Network.ContextDimension)
    {
        (Mlp, Affine) = (workspace, affine.Length == 0 ? outputs : affine);
        FirstValues = Affine[0].Values.narrow(1, 0, workspace.Network.Sizes.Out(0)).DetachFromDisposeScope();
    }

    internal MlpWorkspace Mlp { get; }

    /// <summary>What affine parts put out, before half of it may gate the other.</summary>
    internal Dual[] Affine { get; }

    /// <summary>What the first layer puts out, values without padding, [B, out].</summary>
    internal torch.Tensor FirstValues { get; }

    internal override void Forward(int from, int to) => AffineSweep.Forward(this, Mlp, from, to);

    internal override void Pullback(int from, int to) => AffineSweep.Pullback(this, Mlp, from, to);

    internal override void PullbackInput(int layer, bool tangents, Dual into)
    {
        using var scope = torch.NewDisposeScope();
        if (Mlp.ByRow is { } byRow)
        {
            byRow.PullbackInput(layer, Part(Mlp.Cotangent[layer], tangents), Part(into, tangents));
            return;
        }

        Part(into, tangents).addmm_(Part(Mlp.Cotangent[layer], tangents), Mlp.Fold.Affine.Matrix[layer], 0f, 1f);
    }

    internal override torch.Tensor TangentsOf(Dual dual, int layer) => Part(dual, tangents: true).narrow(1, 0, Mlp.Network.Sizes.Widths[layer]);

    private protected override void DisposeViews() => FirstValues.Dispose();

    internal static MlpTape Create(MlpWorkspace workspace, int tangents)
    {
        var (options, sizes) = (workspace.Network.Options, workspace.Network.Sizes.Stored);
        int bottleneck = tangents == 0 ? 0 : workspace.Bottleneck;
        Dual Make(long width, bool isOutput) => workspace.CreateDual(tangents, width, isOutput);
        Dual[] inputs = [.. sizes.Widths.SkipLast(1).Select(width => Make(width, false))];
        Dual[] outputs = OutputsOf(inputs, bottleneck, l => Make(sizes.Widths[l], l == sizes.Count));
        Dual[] affine = sizes.OutputsPerUnit == 1 ? [] : [.. Enumerable.Range(0, sizes.Count).Select(l => Make(sizes.Out(l), false))];
        var ends = bottleneck == 0 ? (inputs[0], outputs[^1]) : (Make(sizes.Widths[0], false), Make(sizes.Widths[^1], false));
        return new(workspace, ends, inputs, outputs, affine, [.. workspace.Scratch.Select((scratch, l) => options.Activation.CreateTape(outputs[l], scratch))]);
    }

    private static torch.Tensor Part(Dual dual, bool tangents) => tangents ? dual.Stacked.narrow(0, dual.Rows, dual.TangentCount * dual.Rows) : dual.Stacked.narrow(0, 0, dual.Rows);
}
