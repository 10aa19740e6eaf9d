using System.Numerics;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Solvers.StepSizeControllers;

/// <summary>
/// Turns an error into one number that is 1 where the tolerance is just met: of the segments that count, scaled entry by entry with
/// absolute + relative·max(|y0|, |y1|). NaN where anything is NaN.
/// </summary>
public abstract class ErrorNorm
{
    /// <summary>The largest of the segments' root mean squares; the default.</summary>
    public static ErrorNorm LargestSegment { get; } = new LargestSegmentNorm();

    /// <summary>One root mean square over all entries.</summary>
    public static ErrorNorm Flat { get; } = new FlatNorm();

    /// <summary>
    /// The largest over rows of the largest over segments of the root mean square within the row, so that no row's error hides behind
    /// its batch mates. A segment shared by all rows counts once.
    /// </summary>
    public static ErrorNorm LargestRow { get; } = new LargestRowNorm();

    /// <summary>The norm of Σ coefficients[j]·terms[j], relative to the two states.</summary>
    /// <param name="tolerances">The scale.</param>
    /// <param name="first">The state at one end of the step.</param>
    /// <param name="second">The state at its other end.</param>
    /// <param name="coefficients">The coefficients of the error, a term each.</param>
    /// <param name="terms">The vectors it is combined of.</param>
    /// <returns>A dimensionless number, at least 0, or NaN.</returns>
    public double Evaluate(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms)
    {
        ArgumentNullException.ThrowIfNull(tolerances);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.IsOnCpu)
        {
            return first.DType == ScalarType.Float32
                ? OnSpans<float>(tolerances, first, second, coefficients, terms)
                : OnSpans<double>(tolerances, first, second, coefficients, terms);
        }

        return Combine(first.Layout, SquaresByTensors(tolerances, first, second, coefficients, terms));
    }

    /// <summary>
    /// The norm of each row by itself, as <see cref="LargestRow"/> takes it of all: the largest over the segments, which are all batched, of the root mean
    /// square within the row. NaN where anything of the row is NaN.
    /// </summary>
    /// <param name="tolerances">The scale.</param>
    /// <param name="first">The state at one end of the step.</param>
    /// <param name="second">The state at its other end.</param>
    /// <param name="coefficients">The coefficients of the error, a term each.</param>
    /// <param name="terms">The vectors it is combined of.</param>
    /// <param name="into">Receives a number for each row.</param>
    internal static void OfRows(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms, Span<double> into)
    {
        into.Clear();
        AddRows(first.Layout, !first.IsOnCpu ? SquaresByTensors(tolerances, first, second, coefficients, terms)
            : first.DType == ScalarType.Float32 ? Squares<float>(tolerances, first, second, coefficients, terms)
            : Squares<double>(tolerances, first, second, coefficients, terms), into);
        for (int row = 0; row < into.Length; row++)
        {
            into[row] = Math.Sqrt(into[row]);
        }
    }

    /// <summary>Raises each row's number to the largest of its segments' means of squares; a segment shared by all rows counts for the first.</summary>
    private static void AddRows(VectorLayout layout, ReadOnlySpan<double> squares, Span<double> into)
    {
        foreach (var s in layout.Segments.Where(Counts))
        {
            int rows = s.IsBatched ? (int)layout.Rows : 1, width = (int)(s.Length / rows);
            for (int row = 0; row < rows; row++)
            {
                into[row] = Larger(into[row], Sum(squares.Slice((int)s.Offset + (row * width), width)) / width);
            }
        }
    }

    /// <summary>The squares of all scaled entries. One copy of them comes to the CPU; a norm reads back anyway.</summary>
    private static double[] SquaresByTensors(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms)
    {
        using var scope = NewDisposeScope();
        using var error = first.CreateLike();
        LinearCombination.Write(null, coefficients, terms, [new(0, first.Layout.Length)], error);
        using Scalar relative = tolerances.Relative, absolute = tolerances.Absolute, one = 1.0;
        var ratio = error.Flat / maximum(first.Flat.abs(), second.Flat.abs()).mul_(relative).add_(absolute, one);
        using var squares = new FlatVector(first.Layout, ScalarType.Float64);
        squares.Flat.copy_(ratio.mul_(ratio));
        return squares.AsSpan<double>().ToArray();
    }

    /// <summary>The norm from the squares of all scaled entries.</summary>
    private protected abstract double Combine(VectorLayout layout, ReadOnlySpan<double> squares);

    /// <summary>The norm from spans of the state type; overridden where no square need be stored.</summary>
    private protected virtual double OnSpans<T>(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms)
        where T : unmanaged, INumber<T> => Combine(first.Layout, Squares<T>(tolerances, first, second, coefficients, terms));

    private static unsafe double[] Squares<T>(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms)
        where T : unmanaged, INumber<T>
    {
        var squares = new double[first.Layout.Length];
        foreach (var segment in first.Layout.Segments.Where(Counts))
        {
            for (long i = segment.Offset; i < segment.Offset + segment.Length; i++)
            {
                double error = 0;
                for (int j = 0; j < coefficients.Length; j++)
                {
                    error += coefficients[j] == 0 ? 0 : coefficients[j] * double.CreateTruncating(terms[j].Pointer<T>()[i]);
                }

                double size = Math.Max(Math.Abs(double.CreateTruncating(first.Pointer<T>()[i])), Math.Abs(double.CreateTruncating(second.Pointer<T>()[i])));
                double ratio = error / (tolerances.Absolute + (tolerances.Relative * size));
                squares[i] = ratio * ratio;
            }
        }

        return squares;
    }

    /// <summary>Whether a segment has an error at all: a constant's is always 0 and would only dilute the mean of the others.</summary>
    private protected static bool Counts(Segment segment) => segment.InNorm && segment.Length > 0 && segment.Role != SegmentRole.Constant;

    private protected static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>The larger one, or NaN where one of them is.</summary>
    private protected static double Larger(double a, double b) => double.IsNaN(a) || b <= a ? a : b;

    private sealed class LargestSegmentNorm : ErrorNorm
    {
        private protected override double Combine(VectorLayout layout, ReadOnlySpan<double> squares)
        {
            double largest = 0;
            foreach (var s in layout.Segments.Where(Counts))
            {
                largest = Larger(largest, Sum(squares.Slice((int)s.Offset, (int)s.Length)) / s.Length);
            }

            return Math.Sqrt(largest);
        }

        private protected override double OnSpans<T>(Tolerances tolerances, FlatVector first, FlatVector second, ReadOnlySpan<double> coefficients, ReadOnlySpan<FlatVector> terms)
        {
            double largest = 0;
            foreach (var s in first.Layout.Segments)
            {
                if (Counts(s))
                {
                    largest = Larger(largest, ScaledSquares.Sum<T>(tolerances, first, second, coefficients, terms, new(s.Offset, s.Length)) / s.Length);
                }
            }

            return Math.Sqrt(largest);
        }
    }

    private sealed class FlatNorm : ErrorNorm
    {
        private protected override double Combine(VectorLayout layout, ReadOnlySpan<double> squares)
        {
            double sum = 0;
            long count = 0;
            foreach (var s in layout.Segments.Where(Counts))
            {
                sum += Sum(squares.Slice((int)s.Offset, (int)s.Length));
                count += s.Length;
            }

            return Math.Sqrt(sum / Math.Max(1, count));
        }
    }

    private sealed class LargestRowNorm : ErrorNorm
    {
        private protected override double Combine(VectorLayout layout, ReadOnlySpan<double> squares)
        {
            var rows = new double[Math.Max(1, layout.Rows)];
            AddRows(layout, squares, rows);
            return Math.Sqrt(rows.Aggregate(Larger));
        }
    }
}
