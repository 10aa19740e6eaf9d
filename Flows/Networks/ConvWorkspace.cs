using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>
/// Folded kernels and reverse buffers of a convolutional network. Hidden images have the channels of a pixel together in memory, which the
/// convolutions of libtorch are fastest with (by a third, measured); the input and output, which are rows of a state, the pixels of a channel.
/// </summary>
internal sealed class ConvWorkspace : ChainWorkspace
{
    private readonly Tensor[] _views;
    private readonly Tensor[] _folded;

    internal ConvWorkspace(ConvNetwork network, long rows, int tangents)
        : base(tangents == 0 ? 0 : network.Options.BottleneckLayer)
    {
        (Network, Rows, Tangents) = (network, rows, tangents);
        var (sizes, parameters) = (network.Sizes, network.Parameters);
        var (dtype, device) = (parameters.DType, parameters.Device);
        using var scope = NewDisposeScope();
        int[] layers = [.. Enumerable.Range(0, sizes.Count)];
        Tensor Kernels(Tensor weight, int l) => Geometries[l].Kernels(weight);
        (Geometries, Shapes) = (network.Options.Geometries, network.Options.Images);

        Fold = network.Options.LayerType.CreateFold(sizes, parameters);
        WeightCotangent = new(sizes, dtype, device, fixedInputs: Fold.FixedInputs);
        _folded = [.. layers.Select(l => Kernels(Fold.Affine.Weight[l], l))];
        Kernel = [.. _folded.Select(kernels => zeros([kernels.size(0), kernels.size(2), kernels.size(3), kernels.size(1)], dtype: dtype, device: device).permute(0, 3, 1, 2))];
        KernelCotangent = [.. layers.Select(l => Kernels(WeightCotangent.Weight[l], l))];
        BiasChannel = [.. layers.Select(l => Fold.Affine.Bias[l].view(-1, 1, 1))];
        if (Fold.Affine.FixedWeight is { } kernels)
        {
            FixedKernel = [.. layers.Select(l => Kernels(kernels[l], l))];
            FixedKernelCotangent = [.. layers.Select(l => Kernels(WeightCotangent.FixedWeight![l], l))];
            FixedImage = [.. layers.Select(l => FixedInputs(Shapes[l], dtype, device).narrow(1, 0, Fold.FixedInputs))];
        }

        Cotangent = [.. layers.Select(l => CreateDual(tangents, sizes.Out(l), l + 1))];
        CotangentImages = [.. layers.Select(l => Images(Cotangent[l].Stacked, l + 1))];
        UnitCotangent = sizes.OutputsPerUnit == 1 ? Cotangent : [.. layers.Select(l => CreateDual(tangents, sizes.Widths[l + 1], l + 1))];
        UnitCotangentImages = sizes.OutputsPerUnit == 1 ? CotangentImages : [.. layers.Select(l => Images(UnitCotangent[l].Stacked, l + 1))];
        FirstCotangentValues = Images(Cotangent[0].Values, 1);
        Map = [.. layers.Select(l => zeros(sizes.Out(l) * Shapes[l + 1].Pixels, dtype: dtype, device: device))];
        MapImage = [.. layers.Select(l => Images(Map[l].unsqueeze(0), l + 1))];
        UnitBias = sizes.OutputsPerUnit == 1 ? Map : [.. layers.Select(l => zeros(sizes.Widths[l + 1] * Shapes[l + 1].Pixels, dtype: dtype, device: device))];
        Ones = ones(rows, dtype: dtype, device: device);
        _views = [.. _folded, .. Kernel, .. KernelCotangent, .. BiasChannel, .. FixedKernel, .. FixedKernelCotangent, .. FixedImage, .. CotangentImages, FirstCotangentValues, .. Map, .. MapImage, Ones, .. sizes.OutputsPerUnit == 1 ? [] : (Tensor[])[.. UnitCotangentImages, .. UnitBias]];
        foreach (var view in _views)
        {
            view.DetachFromDisposeScope();
        }

        long[] hidden = [.. Enumerable.Range(1, sizes.Count - 1).Select(l => sizes.Widths[l] * Shapes[l].Pixels)];
        var scratch = hidden.Distinct().ToDictionary(width => width, width => new ActivationScratch(rows, width, dtype, device));
        Scratch = [.. hidden.Select(width => scratch[width])];
        var (first, count) = network.Options.ActivationParameters.GetOffsetAndLength(int.MaxValue);
        ActivationParameters = [.. Enumerable.Range(first, count).Select(i => parameters[i])];
        Context = ContextTerm.Create(network.Options, parameters);
        ActivationCotangent = [.. ActivationParameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }

    internal ConvNetwork Network { get; }

    internal long Rows { get; }

    internal int Tangents { get; }

    internal override LayerFold Fold { get; }

    /// <summary>W(t) as kernels, [out, in, k, k] a layer, in the same order in memory as hidden images.</summary>
    internal Tensor[] Kernel { get; }

    /// <summary>b(t), [out, 1, 1] a layer.</summary>
    internal Tensor[] BiasChannel { get; }

    /// <summary>How each convolution goes over its images.</summary>
    internal IReadOnlyList<ConvGeometry> Geometries { get; }

    /// <summary>The image that each layer takes, and the one that the last puts out.</summary>
    internal IReadOnlyList<ImageShape> Shapes { get; }

    /// <summary>Into how many pieces a row of each layer's output falls that have all their channels together.</summary>
    internal IReadOnlyList<long> GateGroups => [.. Enumerable.Range(1, Kernel.Length).Select(l => IsHidden(l) ? Shapes[l].Pixels : 1)];

    /// <summary>The kernels of inputs that are the same in all rows, [out, channels, k, k] a layer; none where layers have no such input.</summary>
    internal Tensor[] FixedKernel { get; } = [];

    /// <summary>These inputs, [1, channels, H, W] a layer: ones, then the row and the column of each pixel.</summary>
    internal Tensor[] FixedImage { get; } = [];

    /// <summary>Cotangents of W(t) and b(t).</summary>
    internal AffineLayers WeightCotangent { get; }

    /// <summary>Cotangents of <see cref="Kernel"/>.</summary>
    internal Tensor[] KernelCotangent { get; }

    /// <summary>Cotangents of <see cref="FixedKernel"/>.</summary>
    internal Tensor[] FixedKernelCotangent { get; } = [];

    /// <summary>Cotangents of what each convolution puts out.</summary>
    internal Dual[] Cotangent { get; }

    /// <summary>The same as images, [(1 + K)·B, out, H, W].</summary>
    internal Tensor[] CotangentImages { get; }

    /// <inheritdoc/>
    /// <remarks><see cref="Cotangent"/>, unless half of that gates the other.</remarks>
    internal override Dual[] UnitCotangent { get; }

    /// <summary>The same as images.</summary>
    internal Tensor[] UnitCotangentImages { get; }

    /// <summary>The values of the first of <see cref="Cotangent"/>, [B, out, H, W].</summary>
    internal Tensor FirstCotangentValues { get; }

    /// <summary>What each layer adds to its values, [out·H·W], in the order of their memory; on the way back its cotangent.</summary>
    internal Tensor[] Map { get; }

    /// <summary>The same as an image, [1, out, H, W].</summary>
    internal Tensor[] MapImage { get; }

    /// <summary>What activations add to their inputs, [w·H·W] a layer: <see cref="Map"/>, unless gates have added that; then zeros.</summary>
    internal Tensor[] UnitBias { get; }

    /// <summary>[B] ones: a sum over rows is a product with them.</summary>
    internal Tensor Ones { get; }

    /// <summary>Buffers of each hidden layer's activation; layers of equal width share them.</summary>
    internal ActivationScratch[] Scratch { get; }

    internal Tensor[] ActivationParameters { get; }

    /// <summary>What the context adds; null where there is none.</summary>
    internal ContextTerm? Context { get; }

    internal override IReadOnlyList<Tensor> ActivationCotangent { get; }

    public override NetworkTape CreateTape() => CreateTape(Tangents);

    private protected override RowLayers CreateRowLayers() => new ConvRowLayers(this);

    private protected override ChainTape CreateTape(int tangents) => ConvTape.Create(this, tangents);

    private protected override Dual CreateOutput() => CreateDual(Tangents, Network.Sizes.Widths[^1], Network.Sizes.Count);

    private protected override void DisposeScratch()
    {
        Fold.Dispose();
        WeightCotangent.Dispose();
        Context?.Dispose();
        foreach (IDisposable part in (IEnumerable<IDisposable>)[.. _views, .. Cotangent.Union(UnitCotangent), .. Scratch.Distinct(), .. ActivationCotangent])
        {
            part.Dispose();
        }
    }

    /// <summary>Brings W(t) of the last fold into <see cref="Kernel"/>.</summary>
    private protected override void AfterFold()
    {
        for (int l = 0; l < Kernel.Length; l++)
        {
            Kernel[l].copy_(_folded[l]);
        }
    }

    /// <summary>A dual of the images that layer <paramref name="layer"/> takes, or that the layer before it puts out, with these numbers of tangents and channels.</summary>
    internal Dual CreateDual(int tangents, long channels, int layer) => new(Rows, tangents, channels * Shapes[layer].Pixels, Network.Parameters.DType, Network.Parameters.Device);

    /// <summary>Rows as such images.</summary>
    internal Tensor Images(Tensor rows, int layer) => Shapes[layer].Images(rows, rows.size(1) / Shapes[layer].Pixels, channelsLast: IsHidden(layer));

    /// <summary>Ones, then the row and the column of each pixel, counted from 0.</summary>
    internal static Tensor FixedInputs(ImageShape shape, ScalarType dtype, Device device)
    {
        var all = ones(1, 1, shape.Height, shape.Width, dtype: dtype, device: device);
        using Scalar height = shape.Height, width = shape.Width; // implicit ones may be freed during the call
        return cat([all, arange(Layers.CachedScalars.Zero, height, Layers.CachedScalars.One, dtype: dtype, device: device).view(-1, 1).mul(all), arange(Layers.CachedScalars.Zero, width, Layers.CachedScalars.One, dtype: dtype, device: device).mul(all)], 1);
    }

    private bool IsHidden(int layer) => layer > 0 && layer < Network.Sizes.Count;
}
