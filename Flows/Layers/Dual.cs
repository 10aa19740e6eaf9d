using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers;

/// <summary>
/// A value with its tangents (forward mode), or the cotangents of both: K tangents of each row lie behind the values as further
/// rows of one matrix, so that a layer is one matrix product for all of them. Its views are made once.
/// </summary>
public sealed unsafe class Dual : IDisposable
{
    private readonly Tensor[] _owned;
    private readonly Tensor? _diagonal;

    /// <summary>Makes a dual of zeros.</summary>
    /// <param name="rows">Number of rows B of the batch, at least 1.</param>
    /// <param name="tangents">Number of tangents K of each row; 0 for values alone.</param>
    /// <param name="width">Number of columns w, at least 1.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    /// <param name="columnMajor">Whether columns lie together; libraries multiply into a skinny result several times faster so.</param>
    public Dual(long rows, int tangents, long width, ScalarType dtype, Device device, bool columnMajor = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tangents, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (Rows, TangentCount, Width) = (rows, tangents, width);
        using var scope = NewDisposeScope();
        long all = (1 + tangents) * rows;
        var memory = zeros(columnMajor ? [width, all] : [all, width], dtype: dtype, device: device);
        Stacked = columnMajor ? memory.t() : memory;
        var (down, across) = columnMajor ? (1L, all) : (width, 1L);
        StackedTransposed = Stacked.t();
        Values = Stacked.as_strided([rows, width], [down, across], 0);
        ValuesTransposed = Values.t();
        Tangents = Stacked.as_strided([tangents, rows, width], [rows * down, down, across], tangents == 0 ? 0 : rows * down);
        Tangent = [.. Enumerable.Range(1, tangents).Select(k => Stacked.as_strided([rows, width], [down, across], k * rows * down))];
        _diagonal = tangents == width ? Stacked.as_strided([rows, width], [down, (rows * down) + across], rows * down) : null;
        _owned = [memory, Stacked, StackedTransposed, Values, ValuesTransposed, Tangents, .. Tangent];
        foreach (var tensor in _owned)
        {
            tensor.DetachFromDisposeScope();
        }

        _diagonal?.DetachFromDisposeScope();
        Memory = !columnMajor && dtype == ScalarType.Float32 && memory.device_type == DeviceType.CPU ? (float*)NativeMemory(memory) : null;
    }

    /// <summary>Number of rows B of the batch.</summary>
    public long Rows { get; }

    /// <summary>Number of tangents K.</summary>
    public int TangentCount { get; }

    /// <summary>Number of columns w.</summary>
    public long Width { get; }

    /// <summary>Values, then tangents, [(1 + K)·B, w]. All views belong to this dual.</summary>
    public Tensor Stacked { get; }

    /// <summary>The transpose of <see cref="Stacked"/>, [w, (1 + K)·B].</summary>
    public Tensor StackedTransposed { get; }

    /// <summary>The values, [B, w].</summary>
    public Tensor Values { get; }

    /// <summary>The transpose of <see cref="Values"/>, [w, B].</summary>
    public Tensor ValuesTransposed { get; }

    /// <summary>The tangents, [K, B, w].</summary>
    public Tensor Tangents { get; }

    /// <summary>Each of the tangents, [B, w].</summary>
    public IReadOnlyList<Tensor> Tangent { get; }

    /// <summary>Column k of tangent k, [B, w]: with unit vectors for directions, the diagonal of the Jacobian.</summary>
    /// <exception cref="InvalidOperationException">There are not as many tangents as columns.</exception>
    public Tensor Diagonal => _diagonal
        ?? throw new InvalidOperationException($"A diagonal needs a tangent for each column; here are {TangentCount} tangents and {Width} columns.");

    /// <summary>Native memory in bytes, with the tensors' own objects.</summary>
    public long Footprint => TensorFootprint.Of((1 + TangentCount) * Rows * Width * Stacked.ElementSize, _owned.Length + 1);

    /// <summary>The rows one behind the other in float32 on the CPU, or null where they do not lie so.</summary>
    internal float* Memory { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _diagonal?.Dispose();
        foreach (var tensor in _owned)
        {
            tensor.Dispose();
        }
    }

    /// <summary>The address of a contiguous CPU tensor's first entry, valid while the tensor lives: native memory does not move.</summary>
    internal static void* NativeMemory(Tensor tensor) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
