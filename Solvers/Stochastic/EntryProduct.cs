using System.Numerics;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Stochastic;

/// <summary>Products of flat vectors entry by entry: over spans on the CPU, so that an entry's bits do not depend on its place, by tensor operations elsewhere.</summary>
internal static class EntryProduct
{
    /// <summary>Adds weight · a · b into the given ranges; entries elsewhere stay as they are.</summary>
    public static void Add(double weight, FlatVector a, FlatVector b, ReadOnlySpan<VectorRange> ranges, FlatVector into)
    {
        if (!into.IsOnCpu)
        {
            using var scope = NewDisposeScope();
            using TorchSharp.Scalar factor = weight;
            foreach (var range in ranges)
            {
                into.Flat.narrow(0, range.Offset, range.Length).addcmul_(a.Flat.narrow(0, range.Offset, range.Length), b.Flat.narrow(0, range.Offset, range.Length), factor);
            }
        }
        else if (into.DType == ScalarType.Float32)
        {
            Add<float>((float)weight, a.AsSpan<float>(), b.AsSpan<float>(), ranges, into.AsSpan<float>());
        }
        else
        {
            Add<double>(weight, a.AsSpan<double>(), b.AsSpan<double>(), ranges, into.AsSpan<double>());
        }
    }

    private static void Add<T>(T weight, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<VectorRange> ranges, Span<T> into)
        where T : unmanaged, INumber<T>
    {
        foreach (var range in ranges)
        {
            int i = (int)range.Offset, end = (int)(range.Offset + range.Length);
            for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
            {
                (new Vector<T>(into[i..]) + (new Vector<T>(a[i..]) * new Vector<T>(b[i..]) * weight)).CopyTo(into[i..]);
            }

            for (; i < end; i++)
            {
                into[i] += a[i] * b[i] * weight;
            }
        }
    }
}
