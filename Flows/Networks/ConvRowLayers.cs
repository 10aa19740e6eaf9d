using FlowOde.Flows.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>The layers of a convolutional network at a time for each row, which is an image.</summary>
internal sealed class ConvRowLayers : RowLayers
{
    private readonly ConvWorkspace _workspace;
    private readonly Tensor[] _kernel;

    internal ConvRowLayers(ConvWorkspace workspace)
        : base(workspace.Network.Options.LayerType.CreateRowFold(workspace.Network.Sizes, workspace.Network.Parameters, workspace.Rows), workspace.Network.Parameters, workspace.Rows, CreateScratch(workspace))
    {
        _workspace = workspace;
        _kernel = [.. workspace.Kernel.Select(kernel => zeros_like(kernel).DetachFromDisposeScope())]; // in the same order in memory
        NoBias = [.. workspace.UnitBias.Select(bias => zeros_like(bias).DetachFromDisposeScope())];
    }

    internal override IReadOnlyList<Tensor> NoBias { get; }

    private protected override Tensor Parts(int layer, Tensor rows) => rows.view(-1, Rows, rows.size(1), rows.size(2), rows.size(3));

    private protected override Tensor Output(int layer, Dual dual) => _workspace.Images(dual.Stacked, layer + 1);

    private protected override Tensor Spread(Tensor scale) => scale.unsqueeze(2).unsqueeze(3);

    private protected override void Load(int layer, Tensor weight) => _kernel[layer].copy_(Geometry(layer).Kernels(weight));

    private protected override void Multiply(int layer, Tensor input, Tensor into) => Convolution.Forward(input, _kernel[layer], Geometry(layer), into);

    private protected override void PullbackProduct(int layer, Tensor cotangent, Tensor into, bool adds)
    {
        var images = adds ? empty_like(into) : into;
        Convolution.PullbackImages(cotangent, images, _kernel[layer], Geometry(layer), images);
        if (adds)
        {
            into.add_(images, CachedScalars.One);
        }
    }

    private protected override Tensor PullbackWeight(int layer, Tensor cotangent, Tensor input)
    {
        Convolution.PullbackWeight(cotangent, input, _kernel[layer], Geometry(layer), _workspace.KernelCotangent[layer]);
        return _workspace.WeightCotangent.Weight[layer];
    }

    private protected override Tensor? Map(int layer, RowTerm term)
    {
        var bias = term.Bias?.view(-1, 1, 1);
        if (term.FixedWeight is null)
        {
            return bias;
        }

        var map = Convolution.Forward(FixedInputs(layer, term), Geometry(layer).Kernels(term.FixedWeight), Geometry(layer));
        return bias is null ? map : map.add_(bias, CachedScalars.One);
    }

    private protected override void PullbackMap(int layer, Tensor cotangent, Scalar weight, RowTerm intoTerm)
    {
        intoTerm.Bias?.add_(cotangent.sum([1L, 2L]), weight);
        if (intoTerm.FixedWeight is not null)
        {
            var kernels = Geometry(layer).Kernels(intoTerm.FixedWeight);
            var ofKernels = empty_like(kernels);
            Convolution.PullbackWeight(cotangent.unsqueeze(0), FixedInputs(layer, intoTerm), kernels, Geometry(layer), ofKernels);
            kernels.add_(ofKernels, weight);
        }
    }

    private protected override Tensor SumOverRows(Tensor values, Tensor? scale) => (scale is null ? values : values.mul(Spread(scale))).sum([0L]);

    private protected override Tensor SumWithinRows(Tensor values, Tensor map) => values.mul(map).sum([1L, 2L, 3L]).unsqueeze(1);

    private protected override void DisposeScratch()
    {
        foreach (var tensor in _kernel.Concat(NoBias))
        {
            tensor.Dispose();
        }
    }

    private ConvGeometry Geometry(int layer) => _workspace.Geometries[layer];

    private Tensor FixedInputs(int layer, RowTerm term) => _workspace.FixedImage[layer].narrow(1, term.FirstFixedInput, term.FixedWeight!.size(1) / Geometry(layer).Area);

    /// <summary>A dual for each size of what layers put out.</summary>
    private static Dual[] CreateScratch(ConvWorkspace workspace)
    {
        var sizes = workspace.Network.Sizes;
        long Length(int l) => sizes.Out(l) * workspace.Shapes[l + 1].Pixels;
        int[] layers = [.. Enumerable.Range(0, sizes.Count)];
        var byLength = layers.GroupBy(Length).ToDictionary(group => group.Key, group => workspace.CreateDual(workspace.Tangents, sizes.Out(group.First()), group.First() + 1));
        return [.. layers.Select(l => byLength[Length(l)])];
    }
}
