using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Vectors;

/// <summary>
/// A flat contiguous tensor with the views of its segments, made once. States, cotangents, parameters and gradients are all of
/// this kind, so that a combination, a norm or an optimiser step is one pass over memory.
/// </summary>
public sealed unsafe class FlatVector : IDisposable
{
    private static readonly Scalar _zero = 0.0;

    private readonly Tensor[] _segments;
    private readonly Lazy<Dictionary<(long, VectorLayout), FlatVector>> _slices = new();
    private readonly void* _data;

    /// <summary>Makes a vector of zeros.</summary>
    /// <param name="layout">Names and places of its segments.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device; the CPU by default.</param>
    public FlatVector(VectorLayout layout, ScalarType dtype, Device? device = null)
        : this(layout, zeros(Checked(layout).Length, dtype: dtype, device: device))
    {
    }

    private FlatVector(VectorLayout layout, Tensor flat)
    {
        if (flat.dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"A flat vector holds Float32 or Float64, not {flat.dtype}.", nameof(flat));
        }

        (Layout, Flat) = (layout, flat.DetachFromDisposeScope());
        using var scope = NewDisposeScope();
        _segments = [.. layout.Segments.Select(s => flat.as_strided(s.Shape, Strides(s.Shape), flat.storage_offset() + s.Offset).DetachFromDisposeScope())];
        IsOnCpu = flat.device_type == DeviceType.CPU;
        _data = IsOnCpu && layout.Length > 0 ? Unsafe.AsPointer(ref MemoryMarshal.GetReference(flat.bytes)) : null;
    }

    /// <summary>Names and places of the segments.</summary>
    public VectorLayout Layout { get; }

    /// <summary>All entries, [length]. Belongs to this vector.</summary>
    public Tensor Flat { get; }

    /// <summary>Float32 or Float64.</summary>
    public ScalarType DType => Flat.dtype;

    /// <summary>The device of the memory.</summary>
    public Device Device => Flat.device;

    /// <summary>Whether spans over the memory can be had.</summary>
    public bool IsOnCpu { get; }

    /// <summary>The view of a segment, in the segment's shape. Belongs to this vector.</summary>
    public Tensor this[int segment] => _segments[segment];

    /// <summary>The view of a segment by name. Belongs to this vector.</summary>
    /// <exception cref="ArgumentException">No segment has this name.</exception>
    public Tensor this[string segment] => _segments[Layout.IndexOf(segment)];

    /// <summary>The entries as a span over the tensor's own memory, valid while this vector lives.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>, as <see cref="DType"/>.</typeparam>
    /// <exception cref="InvalidOperationException">The memory is not on the CPU, or holds another type.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged => new(Pointer<T>(), checked((int)Layout.Length));

    /// <summary>The entries of one segment as a span.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>, as <see cref="DType"/>.</typeparam>
    public Span<T> AsSpan<T>(int segment)
        where T : unmanaged => new(Pointer<T>() + Layout.Segments[segment].Offset, checked((int)Layout.Segments[segment].Length));

    /// <summary>Writes all entries as numbers; from a GPU in one transfer.</summary>
    /// <param name="into">As long as this vector, at least.</param>
    public void CopyTo(Span<double> into)
    {
        if (IsOnCpu && DType == ScalarType.Float32)
        {
            var entries = AsSpan<float>();
            for (int i = 0; i < entries.Length; i++)
            {
                into[i] = entries[i];
            }
        }
        else if (IsOnCpu)
        {
            AsSpan<double>().CopyTo(into);
        }
        else
        {
            using var scope = NewDisposeScope();
            Flat.to(ScalarType.Float64).cpu().data<double>().CopyTo(into);
        }
    }

    /// <summary>A new vector of zeros with the same layout, type and device.</summary>
    public FlatVector CreateLike() => new(Layout, DType, Device);

    /// <summary>A new vector with the same content.</summary>
    public FlatVector Clone()
    {
        var copy = CreateLike();
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>Overwrites all entries.</summary>
    /// <param name="source">A vector of the same length; type and device may differ.</param>
    public void CopyFrom(FlatVector source) => Flat.copy_(source.Flat);

    /// <summary>Sets all entries to zero.</summary>
    public void Clear() => Flat.fill_(_zero);

    /// <summary>A vector over part of this one's memory; made once per place and layout, and disposed with this vector.</summary>
    /// <param name="layout">The layout of the part.</param>
    /// <param name="offset">Its first entry, a multiple of <see cref="VectorLayout.Alignment"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within this vector.</exception>
    public FlatVector Slice(VectorLayout layout, long offset)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (offset < 0 || offset % VectorLayout.Alignment != 0 || offset + layout.Length > Layout.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"A slice of {layout.Length} entries at {offset} does not lie aligned within the {Layout.Length} entries of this vector.");
        }

        lock (_slices)
        {
            if (!_slices.Value.TryGetValue((offset, layout), out var slice))
            {
                using var scope = NewDisposeScope();
                slice = new(layout, Flat.as_strided([layout.Length], [1], Flat.storage_offset() + offset));
                _slices.Value.Add((offset, layout), slice);
            }

            return slice;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_slices.IsValueCreated)
        {
            foreach (var slice in _slices.Value.Values)
            {
                slice.Dispose();
            }
        }

        foreach (var segment in _segments)
        {
            segment.Dispose();
        }

        Flat.Dispose();
    }

    internal T* Pointer<T>()
        where T : unmanaged
    {
        if (!IsOnCpu || DType != (typeof(T) == typeof(float) ? ScalarType.Float32 : ScalarType.Float64))
        {
            throw new InvalidOperationException($"A span of {typeof(T).Name} was asked of a {DType} vector on {Device}.");
        }

        return (T*)_data;
    }

    private static VectorLayout Checked(VectorLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout;
    }

    private static long[] Strides(long[] shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        return strides;
    }
}
