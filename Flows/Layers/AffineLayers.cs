using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// Plain affine layers a = W h + b: what time-dependent layers are at one time, or the cotangents of that. The biases of all layers
/// lie in one vector, each at a multiple of <see cref="VectorLayout.Alignment"/> as segments do; entries between them are zero.
/// Of convolutions, W has a row of weights for each output channel, ordered by input channel, then row, then column of the kernel.
/// </summary>
public sealed class AffineLayers : IDisposable
{
    private readonly LayerSizes _stored;
    private readonly bool _transposeWide;
    private readonly Tensor[] _views;

    /// <summary>Makes layers of zeros.</summary>
    /// <param name="sizes">The widths.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    /// <param name="transposeWide">Whether weights with more outputs than inputs have their columns together, which is faster to multiply into.</param>
    /// <param name="onesInput">Whether the layers have <see cref="OnesWeight"/>.</param>
    public AffineLayers(LayerSizes sizes, ScalarType dtype, Device device, bool transposeWide = false, bool onesInput = false)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        using var scope = NewDisposeScope();
        var layers = Enumerable.Range(0, sizes.Count);
        (_stored, _transposeWide) = (sizes.Stored, transposeWide);
        Bias = new(new(layers.Select(l => new Segment($"bias.{l}", sizes.Out(l)))), dtype, device);
        OnesWeight = onesInput ? new(new(layers.Select(l => new Segment($"onesWeight.{l}", sizes.Out(l), sizes.Area))), dtype, device) : null;
        Matrix = [.. layers.Select(l => IsTransposed(l)
            ? zeros(_stored.In(l), _stored.Out(l), dtype: dtype, device: device).t()
            : zeros(_stored.Out(l), _stored.In(l), dtype: dtype, device: device))];
        MatrixTransposed = [.. Matrix.Select(matrix => matrix.t())];
        Weight = [.. layers.Select(l => Matrix[l].narrow(0, 0, sizes.Out(l)).narrow(1, 0, sizes.In(l)))];
        Column = [.. layers.Select(l => Bias.Flat.narrow(0, Bias.Layout.Segments[l].Offset, _stored.Out(l)))];
        _views = [.. Matrix, .. MatrixTransposed, .. Weight, .. Column];
        foreach (var tensor in _views)
        {
            tensor.DetachFromDisposeScope();
        }
    }

    /// <summary>The weights, [out, in] a layer. All views belong to this object.</summary>
    public IReadOnlyList<Tensor> Weight { get; }

    /// <summary>The biases, a segment of [out] a layer.</summary>
    public FlatVector Bias { get; }

    /// <summary>
    /// The kernels of a further input channel that is one at every pixel and, like all padding, zero around the image: a segment of [out, area] a layer.
    /// Null where layers have no such input.
    /// </summary>
    public FlatVector? OnesWeight { get; }

    /// <summary>The weights as they stand in memory, with rows and columns of zeros up to the stored widths.</summary>
    internal IReadOnlyList<Tensor> Matrix { get; }

    /// <summary>The transposes of <see cref="Matrix"/>.</summary>
    internal IReadOnlyList<Tensor> MatrixTransposed { get; }

    /// <summary>The biases, with zeros up to the stored width of each layer.</summary>
    internal IReadOnlyList<Tensor> Column { get; }

    /// <summary>The memory of a layer's weight, in float32 on the CPU; its columns together where it is transposed.</summary>
    internal unsafe float* WeightMemory(int layer) => (float*)Dual.NativeMemory(IsTransposed(layer) ? MatrixTransposed[layer] : Matrix[layer]);

    /// <summary>From an output's weights to the next one's, and from an input's to the next one's, in entries.</summary>
    internal (nint AcrossOutputs, nint AcrossInputs) Strides(int layer) => IsTransposed(layer) ? (1, (nint)_stored.Out(layer)) : ((nint)_stored.In(layer), 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        Bias.Dispose();
        OnesWeight?.Dispose();
        foreach (var tensor in _views)
        {
            tensor.Dispose();
        }
    }

    private bool IsTransposed(int layer) => _transposeWide && _stored.In(layer) < _stored.Out(layer);
}
