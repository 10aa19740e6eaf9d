using System.Numerics;
using System.Runtime.CompilerServices;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>Σ ((Σ_j c_j k_j) / (atol + rtol·max(|y0|, |y1|)))² over a range in one pass; the error itself is never stored.</summary>
internal static unsafe class ScaledSquares
{
    [SkipLocalsInit]
    public static double Sum<T>(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, VectorRange range)
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

        T* a = first.Pointer<T>();
        T* b = second.Pointer<T>();
        T relative = T.CreateTruncating(tolerances.Relative), absolute = T.CreateTruncating(tolerances.Absolute);
        var relatives = new Vector<T>(relative);
        var absolutes = new Vector<T>(absolute);
        var sums = Vector<T>.Zero;
        long i = range.Offset, end = range.Offset + range.Length;
        for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
        {
            var error = Vector<T>.Zero;
            for (int j = 0; j < count; j++)
            {
                error += Vector.Load(term[j] + i) * factor[j];
            }

            var ratio = error / (absolutes + (relatives * Vector.Max(Vector.Abs(Vector.Load(a + i)), Vector.Abs(Vector.Load(b + i)))));
            sums += ratio * ratio;
        }

        double sum = 0;
        for (int lane = 0; lane < Vector<T>.Count; lane++)
        {
            sum += double.CreateTruncating(sums[lane]);
        }

        for (; i < end; i++)
        {
            T error = T.Zero;
            for (int j = 0; j < count; j++)
            {
                error += term[j][i] * factor[j];
            }

            double ratio = double.CreateTruncating(error / (absolute + (relative * T.Max(T.Abs(a[i]), T.Abs(b[i])))));
            sum += ratio * ratio;
        }

        GC.KeepAlive(first);
        GC.KeepAlive(second);
        return sum;
    }
}
