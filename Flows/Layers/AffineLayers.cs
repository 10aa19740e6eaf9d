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
    /// <param name="fixedInputs">Number of input channels that are not the network's, see <see cref="FixedWeight"/>; 0 for none.</param>
    public AffineLayers(LayerSizes sizes, ScalarType dtype, Device device, bool transposeWide = false, int fixedInputs = 0)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        using var scope = NewDisposeScope();
        var layers = Enumerable.Range(0, sizes.Count);
        (_stored, _transposeWide) = (sizes.Stored, transposeWide);
        Bias = new(new(layers.Select(l => new Segment($"bias.{l}", sizes.Out(l)))), dtype, device);
        FixedWeight = fixedInputs > 0 ? new(new(layers.Select(l => new Segment($"fixedWeight.{l}", sizes.Out(l), fixedInputs * sizes.Area(l)))), dtype, device) : null;
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
    /// The kernels of further input channels that are the same in all rows: the first is one at every pixel, a second and third the row and the column of the
    /// pixel, counted from 0; like all padding they are zero around the image. A segment of [out, channels·area] a layer; null where layers have no such input.
    /// </summary>
    public FlatVector? FixedWeight { get; }

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
        FixedWeight?.Dispose();
        foreach (var tensor in _views)
        {
            tensor.Dispose();
        }
    }

    private bool IsTransposed(int layer) => _transposeWide && _stored.In(layer) < _stored.Out(layer);
}
