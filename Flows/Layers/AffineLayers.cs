using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// Plain affine layers a = W h + b: what time-dependent layers are at one time, or the cotangents of that. The biases of all layers
/// lie in one vector, each at a multiple of <see cref="VectorLayout.Alignment"/> as segments do; entries between them are zero.
/// </summary>
public sealed class AffineLayers : IDisposable
{
    private readonly LayerSizes _sizes;
    private readonly bool _transposeWide;

    /// <summary>Makes layers of zeros.</summary>
    /// <param name="sizes">The widths.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    /// <param name="transposeWide">Whether weights with more outputs than inputs have their columns together, which is faster to multiply into.</param>
    public AffineLayers(LayerSizes sizes, ScalarType dtype, Device device, bool transposeWide = false)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        using var scope = NewDisposeScope();
        var layers = Enumerable.Range(0, sizes.Count);
        (_sizes, _transposeWide) = (sizes, transposeWide);
        Bias = new(new(layers.Select(l => new Segment($"bias.{l}", sizes.Out(l)))), dtype, device);
        Weight = [.. layers.Select(l => IsTransposed(l)
            ? zeros(sizes.In(l), sizes.Out(l), dtype: dtype, device: device).t()
            : zeros(sizes.Out(l), sizes.In(l), dtype: dtype, device: device))];
        WeightTransposed = [.. Weight.Select(weight => weight.t())];
        foreach (var tensor in Weight.Concat(WeightTransposed))
        {
            tensor.DetachFromDisposeScope();
        }
    }

    /// <summary>The weights, [out, in] a layer. All views belong to this object.</summary>
    public IReadOnlyList<Tensor> Weight { get; }

    /// <summary>Their transposes, [in, out].</summary>
    public IReadOnlyList<Tensor> WeightTransposed { get; }

    /// <summary>The biases, a segment of [out] a layer.</summary>
    public FlatVector Bias { get; }

    /// <summary>The memory of a layer's weight, in float32 on the CPU; its columns together where it is transposed.</summary>
    internal unsafe float* WeightMemory(int layer) => (float*)Dual.NativeMemory(IsTransposed(layer) ? WeightTransposed[layer] : Weight[layer]);

    /// <summary>Whether the columns of a layer's weight lie together.</summary>
    internal bool IsTransposed(int layer) => _transposeWide && _sizes.In(layer) < _sizes.Out(layer);

    /// <inheritdoc/>
    public void Dispose()
    {
        Bias.Dispose();
        foreach (var tensor in Weight.Concat(WeightTransposed))
        {
            tensor.Dispose();
        }
    }
}
