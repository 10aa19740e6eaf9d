using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>
/// Folded kernels and reverse buffers of a convolutional network. Hidden images have the channels of a pixel together in memory, which the
/// convolutions of libtorch are fastest with (by a third, measured); the input and output, which are rows of a state, the pixels of a channel.
/// </summary>
internal sealed class ConvWorkspace : NetworkWorkspace
{
    private readonly Tensor[] _views;
    private readonly Tensor[] _folded;

    internal ConvWorkspace(ConvNetwork network, long rows, int tangents)
    {
        (Network, Rows, Tangents) = (network, rows, tangents);
        var (sizes, parameters, image, k) = (network.Sizes, network.Parameters, network.Options.Image, network.Options.KernelSize);
        var (dtype, device) = (parameters.DType, parameters.Device);
        using var scope = NewDisposeScope();
        int[] layers = [.. Enumerable.Range(0, sizes.Count)];
        Tensor Kernels(Tensor weight, int l) => weight.view(sizes.Out(l), -1, k, k);

        Fold = network.Options.LayerType.CreateFold(sizes, parameters);
        WeightCotangent = new(sizes, dtype, device, onesInput: Fold.Affine.OnesWeight is not null);
        _folded = [.. layers.Select(l => Kernels(Fold.Affine.Weight[l], l))];
        Kernel = [.. layers.Select(l => zeros([sizes.Out(l), k, k, sizes.Widths[l]], dtype: dtype, device: device).permute(0, 3, 1, 2))];
        KernelCotangent = [.. layers.Select(l => Kernels(WeightCotangent.Weight[l], l))];
        BiasChannel = [.. layers.Select(l => Fold.Affine.Bias[l].view(-1, 1, 1))];
        if (Fold.Affine.OnesWeight is { } kernels)
        {
            OnesKernel = [.. layers.Select(l => Kernels(kernels[l], l))];
            OnesKernelCotangent = [.. layers.Select(l => Kernels(WeightCotangent.OnesWeight![l], l))];
        }

        Cotangent = [.. layers.Select(l => CreateDual(sizes.Out(l)))];
        CotangentImages = [.. layers.Select(l => Images(Cotangent[l].Stacked, l + 1))];
        FirstCotangentValues = Images(Cotangent[0].Values, 1);
        Map = [.. layers.Select(l => zeros(sizes.Out(l) * image.Pixels, dtype: dtype, device: device))];
        MapImage = [.. layers.Select(l => Images(Map[l].unsqueeze(0), l + 1))];
        OnesImage = ones([1, 1, image.Height, image.Width], dtype: dtype, device: device);
        Ones = ones(rows, dtype: dtype, device: device);
        _views = [.. _folded, .. Kernel, .. KernelCotangent, .. BiasChannel, .. OnesKernel, .. OnesKernelCotangent, .. CotangentImages, FirstCotangentValues, .. Map, .. MapImage, OnesImage, Ones];
        foreach (var view in _views)
        {
            view.DetachFromDisposeScope();
        }

        var hidden = sizes.Widths.Skip(1).Take(sizes.Count - 1).Distinct().ToDictionary(width => width, width => new ActivationScratch(rows, width * image.Pixels, dtype, device));
        Scratch = [.. Enumerable.Range(0, sizes.Count - 1).Select(l => hidden[sizes.Out(l)])];
        var (first, count) = network.Options.ActivationParameters.GetOffsetAndLength(int.MaxValue);
        ActivationParameters = [.. Enumerable.Range(first, count).Select(i => parameters[i])];
        Context = ContextTerm.Create(network.Options, parameters);
        ActivationCotangent = [.. ActivationParameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }

    internal ConvNetwork Network { get; }

    internal long Rows { get; }

    internal int Tangents { get; }

    /// <summary>W(t) and b(t).</summary>
    internal LayerFold Fold { get; }

    /// <summary>W(t) as kernels, [out, in, k, k] a layer, in the same order in memory as hidden images.</summary>
    internal Tensor[] Kernel { get; }

    /// <summary>b(t), [out, 1, 1] a layer.</summary>
    internal Tensor[] BiasChannel { get; }

    /// <summary>The kernels of an input of ones, [out, 1, k, k] a layer; none where layers have no such input.</summary>
    internal Tensor[] OnesKernel { get; } = [];

    /// <summary>Cotangents of W(t) and b(t).</summary>
    internal AffineLayers WeightCotangent { get; }

    /// <summary>Cotangents of <see cref="Kernel"/>.</summary>
    internal Tensor[] KernelCotangent { get; }

    /// <summary>Cotangents of <see cref="OnesKernel"/>.</summary>
    internal Tensor[] OnesKernelCotangent { get; } = [];

    /// <summary>Cotangents of what each layer puts out before its activation.</summary>
    internal Dual[] Cotangent { get; }

    /// <summary>The same as images, [(1 + K)·B, out, H, W].</summary>
    internal Tensor[] CotangentImages { get; }

    /// <summary>The values of the first of them, [B, out, H, W].</summary>
    internal Tensor FirstCotangentValues { get; }

    /// <summary>What each layer adds to its values, [out·H·W], in the order of their memory; on the way back its cotangent.</summary>
    internal Tensor[] Map { get; }

    /// <summary>The same as an image, [1, out, H, W].</summary>
    internal Tensor[] MapImage { get; }

    /// <summary>An image of ones, [1, 1, H, W].</summary>
    internal Tensor OnesImage { get; }

    /// <summary>[B] ones: a sum over rows is a product with them.</summary>
    internal Tensor Ones { get; }

    /// <summary>Buffers of each hidden layer's activation; layers of equal width share them.</summary>
    internal ActivationScratch[] Scratch { get; }

    internal Tensor[] ActivationParameters { get; }

    /// <summary>What the context adds; null where there is none.</summary>
    internal ContextTerm? Context { get; }

    internal IReadOnlyList<Tensor> ActivationCotangent { get; }

    public override Dual OutputCotangent => Cotangent[^1];

    public override NetworkTape CreateTape() => ConvTape.Create(this);

    public override void Dispose()
    {
        Fold.Dispose();
        WeightCotangent.Dispose();
        Context?.Dispose();
        foreach (IDisposable part in (IEnumerable<IDisposable>)[.. _views, .. Cotangent, .. Scratch.Distinct(), .. ActivationCotangent])
        {
            part.Dispose();
        }
    }

    /// <summary>Brings W(t) of the last fold into <see cref="Kernel"/>.</summary>
    internal void CopyKernels()
    {
        for (int l = 0; l < Kernel.Length; l++)
        {
            Kernel[l].copy_(_folded[l]);
        }
    }

    /// <summary>A dual of images.</summary>
    internal Dual CreateDual(long channels) =>
        new(Rows, Tangents, channels * Network.Options.Image.Pixels, Network.Parameters.DType, Network.Parameters.Device);

    /// <summary>Rows as the images that layer <paramref name="layer"/> takes, or that the layer before it puts out.</summary>
    internal Tensor Images(Tensor rows, int layer) =>
        Network.Options.Image.Images(rows, Network.Sizes.Widths[layer], channelsLast: layer > 0 && layer < Network.Sizes.Count);
}
