using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Vectors;

/// <summary>Σ c_j v_j over flat vectors in one pass: over spans on the CPU, by tensor operations elsewhere.</summary>
public static unsafe class LinearCombination
{
    /// <summary>Writes origin + Σ coefficients[j]·terms[j] into the given ranges; entries elsewhere stay as they are.</summary>
    /// <param name="origin">The first summand, or null for zero. May be <paramref name="into"/>.</param>
    /// <param name="coefficients">A coefficient a term; terms with coefficient 0 are not read.</param>
    /// <param name="terms">Vectors of the length, type and device of <paramref name="into"/>; at least as many as coefficients.</param>
    /// <param name="ranges">Where to write.</param>
    /// <param name="into">Receives the sum.</param>
    public static void Write(FlatVector? origin, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, ReadOnlySpan<VectorRange> ranges, FlatVector into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (!into.IsOnCpu)
        {
            ByTensors(origin, coefficients, terms, ranges, into);
        }
        else if (into.DType == ScalarType.Float32)
        {
            BySpans<float>(origin, coefficients, terms, ranges, into);
        }
        else
        {
            BySpans<double>(origin, coefficients, terms, ranges, into);
        }
    }

    /// <summary>Σ a_i b_i over the given ranges, summed in double.</summary>
    /// <returns>The inner product.</returns>
    public static double Dot(FlatVector a, FlatVector b, ReadOnlySpan<VectorRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        double sum = 0;
        foreach (var range in ranges)
        {
            if (!a.IsOnCpu)
            {
                using var scope = NewDisposeScope();
                sum += a.Flat.narrow(0, range.Offset, range.Length).dot(b.Flat.narrow(0, range.Offset, range.Length)).to(ScalarType.Float64).item<double>();
            }
            else if (a.DType == ScalarType.Float32)
            {
                sum += Dot((ReadOnlySpan<float>)a.AsSpan<float>().Slice((int)range.Offset, (int)range.Length), b.AsSpan<float>().Slice((int)range.Offset, (int)range.Length));
            }
            else
            {
                sum += Dot((ReadOnlySpan<double>)a.AsSpan<double>().Slice((int)range.Offset, (int)range.Length), b.AsSpan<double>().Slice((int)range.Offset, (int)range.Length));
            }
        }

        return sum;
    }

    /// <summary>Whether every entry of the ranges is finite.</summary>
    public static bool IsFinite(FlatVector vector, ReadOnlySpan<VectorRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(vector);
        foreach (var range in ranges)
        {
            if (!vector.IsOnCpu)
            {
                using var scope = NewDisposeScope();
                if (!vector.Flat.narrow(0, range.Offset, range.Length).isfinite().all().item<bool>())
                {
                    return false;
                }
            }
            else if (vector.DType == ScalarType.Float32 ? !IsFinite(vector.AsSpan<float>(), range) : !IsFinite(vector.AsSpan<double>(), range))
            {
                return false;
            }
        }

        return true;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var (even, odd) = (Vector<double>.Zero, Vector<double>.Zero);
        int i = 0;
        for (; i <= a.Length - (2 * Vector<double>.Count); i += 2 * Vector<double>.Count)
        {
            even += new Vector<double>(a[i..]) * new Vector<double>(b[i..]);
            odd += new Vector<double>(a[(i + Vector<double>.Count)..]) * new Vector<double>(b[(i + Vector<double>.Count)..]);
        }

        double sum = Vector.Sum(even + odd);
        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (low, high) = (Vector<double>.Zero, Vector<double>.Zero);
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(a[i..]), out var aLow, out var aHigh);
            Vector.Widen(new Vector<float>(b[i..]), out var bLow, out var bHigh);
            low += aLow * bLow;
            high += aHigh * bHigh;
        }

        double sum = Vector.Sum(low + high);
        for (; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }

    /// <summary>x·0 is 0 for a finite x and NaN otherwise, so the sum of these products is 0 just when all are finite.</summary>
    private static bool IsFinite<T>(Span<T> values, VectorRange range)
        where T : unmanaged, INumber<T>
    {
        var part = values.Slice((int)range.Offset, (int)range.Length);
        var sum = Vector<T>.Zero;
        int i = 0;
        for (; i <= part.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            sum += new Vector<T>(part[i..]) * Vector<T>.Zero;
        }

        T rest = Vector.Sum(sum);
        for (; i < part.Length; i++)
        {
            rest += part[i] * T.Zero;
        }

        return rest == T.Zero;
    }

    [SkipLocalsInit]
    private static void BySpans<T>(FlatVector? origin, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, ReadOnlySpan<VectorRange> ranges, FlatVector into)
        where T : unmanaged, INumber<T>
    {
        T** term = stackalloc T*[coefficients.Length];
        T* factor = stackalloc T[coefficients.Length];
        int count = 0;
        for (int j = 0; j < coefficients.Length; j++)
        {
            if (coefficients[j] != 0)
            {
                term[count] = terms[j].Pointer<T>();
                factor[count++] = T.CreateTruncating(coefficients[j]);
            }
        }

        T* target = into.Pointer<T>();
        T* start = origin is null ? null : origin.Pointer<T>();
        foreach (var range in ranges)
        {
            long i = range.Offset, end = range.Offset + range.Length;
            for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
            {
                var sum = start == null ? Vector<T>.Zero : Vector.Load(start + i);
                for (int j = 0; j < count; j++)
                {
                    sum += Vector.Load(term[j] + i) * factor[j];
                }

                Vector.Store(sum, target + i);
            }

            for (; i < end; i++)
            {
                T sum = start == null ? T.Zero : start[i];
                for (int j = 0; j < count; j++)
                {
                    sum += term[j][i] * factor[j];
                }

                target[i] = sum;
            }
        }

        GC.KeepAlive(into);
        GC.KeepAlive(origin);
    }

    private static void ByTensors(FlatVector? origin, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, ReadOnlySpan<VectorRange> ranges, FlatVector into)
    {
        using var scope = NewDisposeScope();
        using Scalar zero = 0.0;
        foreach (var range in ranges)
        {
            var target = into.Flat.narrow(0, range.Offset, range.Length);
            if (origin is null)
            {
                target.fill_(zero);
            }
            else if (!ReferenceEquals(origin, into))
            {
                target.copy_(origin.Flat.narrow(0, range.Offset, range.Length));
            }

            for (int j = 0; j < coefficients.Length; j++)
            {
                if (coefficients[j] != 0)
                {
                    using Scalar factor = coefficients[j];
                    target.add_(terms[j].Flat.narrow(0, range.Offset, range.Length), factor);
                }
            }
        }
    }
}
