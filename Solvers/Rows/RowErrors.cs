using System.Numerics;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Solvers.Rows;

/// <summary>The error of each row by itself: the largest over its segments of the root mean square within the row, as <see cref="ErrorNorm.LargestRow"/> takes it of all.</summary>
internal static class RowErrors
{
    /// <summary>Writes the norm of Σ coefficients[j]·terms[j] of each row, relative to the two states; NaN where anything of the row is NaN.</summary>
    public static void Write(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, Span<double> into)
    {
        into.Clear();
        if (!first.IsOnCpu)
        {
            ByTensors(tolerances, first, second, coefficients, terms, into);
        }
        else if (first.DType == ScalarType.Float32)
        {
            OnSpans<float>(tolerances, first, second, coefficients, terms, into);
        }
        else
        {
            OnSpans<double>(tolerances, first, second, coefficients, terms, into);
        }

        for (int row = 0; row < into.Length; row++)
        {
            into[row] = Math.Sqrt(into[row]);
        }
    }

    private static unsafe void OnSpans<T>(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, Span<double> into)
        where T : unmanaged, INumber<T>
    {
        T* a = first.Pointer<T>();
        T* b = second.Pointer<T>();
        foreach (var segment in first.Layout.Segments)
        {
            if (!ErrorNorm.Counts(segment))
            {
                continue;
            }

            long width = segment.Length / into.Length, at = segment.Offset;
            for (int row = 0; row < into.Length; row++)
            {
                double sum = 0;
                for (long end = at + width; at < end; at++)
                {
                    double error = 0;
                    for (int j = 0; j < coefficients.Length; j++)
                    {
                        error += coefficients[j] == 0 ? 0 : coefficients[j] * double.CreateTruncating(terms[j].Pointer<T>()[at]);
                    }

                    double size = Math.Max(Math.Abs(double.CreateTruncating(a[at])), Math.Abs(double.CreateTruncating(b[at])));
                    double ratio = error / (tolerances.Absolute + (tolerances.Relative * size));
                    sum += ratio * ratio;
                }

                into[row] = ErrorNorm.Larger(into[row], sum / width);
            }
        }

        GC.KeepAlive(first);
        GC.KeepAlive(second);
    }

    private static void ByTensors(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, Span<double> into)
    {
        using var scope = NewDisposeScope();
        using var error = first.CreateLike();
        LinearCombination.Write(null, coefficients, terms, [new(0, first.Layout.Length)], error);
        using TorchSharp.Scalar relative = tolerances.Relative, absolute = tolerances.Absolute;
        for (int i = 0; i < first.Layout.Segments.Count; i++)
        {
            if (!ErrorNorm.Counts(first.Layout.Segments[i]))
            {
                continue;
            }

            var ratio = error[i] / maximum(first[i].abs(), second[i].abs()).mul_(relative).add_(absolute);
            var means = ratio.mul_(ratio).to(ScalarType.Float64).view(into.Length, -1).mean([1]).cpu();
            for (int row = 0; row < into.Length; row++)
            {
                into[row] = ErrorNorm.Larger(into[row], means.ReadCpuDouble(row));
            }
        }
    }
}
