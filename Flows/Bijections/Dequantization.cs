using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using FlowOde.Flows.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Bijections;

/// <summary>
/// Makes images of integer levels 0 … L − 1 continuous: x becomes x + u with u uniform in [0, 1), one for each number. A random map is no bijection, so this
/// stands before a flow and not in it: in training a fresh u each step (<see cref="Objectives.DequantizedObjective"/>), in scoring several.
/// </summary>
/// <remarks>
/// Uria et al. 2013; Theis et al. 2016, §3.1: P(x) = ∫ p(x + u) du, so that −log p(x + u) is on average at least −log P(x). The scaling to [0, 1] or [−1, 1] is
/// the model's first map (<see cref="Unit"/>, <see cref="Symmetric"/>): it has a log-determinant of D·log L, and so scores are those of the integers.
/// </remarks>
public sealed class Dequantization
{
    /// <summary>Sets the number of levels.</summary>
    /// <param name="levels">L, from 2 to 65,536: 256 for 8 bits.</param>
    public Dequantization(int levels) => Levels = Checked(levels);

    /// <summary>Number of levels L.</summary>
    public int Levels { get; }

    /// <summary>The map from [0, L] to the unit interval, y = x/L in each column: before <see cref="Logit"/>.</summary>
    /// <param name="dimension">Number of columns, at least 1.</param>
    public Standardize Unit(int dimension) => Affine(dimension, 0, Levels);

    /// <summary>The map from [0, L] to [−1, 1] in each column: for flow matching.</summary>
    /// <param name="dimension">Number of columns, at least 1.</param>
    public Standardize Symmetric(int dimension) => Affine(dimension, Levels / 2.0, Levels / 2.0);

    /// <summary>Adds noise to integers; never rounds up to the next integer.</summary>
    /// <param name="integers">Rows of integers 0 … L − 1 in a floating type, [batch, dimension]. Not changed.</param>
    /// <param name="rows">The number of each row in the whole data set, which its noise is keyed by, [batch].</param>
    /// <param name="stream">The draws, for <see cref="RandomPurpose.Dequantization"/>.</param>
    /// <returns>Rows in [0, L), [batch, dimension], of the integers' type and device; a new tensor, which belongs to the caller.</returns>
    /// <exception cref="ArgumentException">A number is no integer of the range, or there is another number of rows.</exception>
    public Tensor Spread(Tensor integers, long[] rows, RandomStream stream)
    {
        ArgumentNullException.ThrowIfNull(integers);
        ArgumentNullException.ThrowIfNull(rows);
        if (integers.dim() != 2 || integers.shape[0] != rows.Length || integers.dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"Images are rows of a floating type, one for each of {rows.Length} numbers; found [{string.Join(", ", integers.shape)}] of {integers.dtype}.", nameof(integers));
        }

        using var scope = NewDisposeScope();
        var spread = integers.to(CPU, copy: true).contiguous();
        if (integers.dtype == ScalarType.Float32)
        {
            Add(MemoryMarshal.Cast<byte, float>(spread.bytes), rows, stream, MathF.BitDecrement);
        }
        else
        {
            Add(MemoryMarshal.Cast<byte, double>(spread.bytes), rows, stream, Math.BitDecrement);
        }

        return spread.to(integers.device).MoveToOuterDisposeScope();
    }

    /// <summary>The integers of continuous rows: what lies below 0 or beyond the last level, as sampled rows may, becomes the nearest level.</summary>
    /// <param name="values">Rows, [batch, dimension]. Not changed.</param>
    /// <returns>Integers 0 … L − 1 in the rows' type; a new tensor, which belongs to the caller.</returns>
    public Tensor Floor(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var scope = NewDisposeScope();
        return values.floor().clamp_(CachedZero, LastLevel).MoveToOuterDisposeScope();
    }

    /// <summary>Refuses a number of levels out of range.</summary>
    internal static int Checked(int levels) => levels is >= 2 and <= 65536
        ? levels
        : throw new ArgumentOutOfRangeException(nameof(levels), levels, "Images of integers have 2 to 65,536 levels; 256 for 8 bits.");

    private static Scalar CachedZero => Layers.CachedScalars.Zero;

    private Scalar LastLevel => Layers.CachedScalars.Of(Levels - 1);

    private static Standardize Affine(int dimension, double centre, double scale) =>
        new([.. Enumerable.Repeat(centre, dimension)], [.. Enumerable.Repeat(scale, dimension)]);

    private void Add<T>(Span<T> numbers, long[] rows, RandomStream stream, Func<T, T> below)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var noise = ArrayPool<T>.Shared.Rent(numbers.Length);
        try
        {
            var drawn = noise.AsSpan(0, numbers.Length);
            stream.FillUniform(rows, numbers.Length / Math.Max(1, rows.Length), drawn);
            var levels = T.CreateChecked(Levels);
            for (int i = 0; i < numbers.Length; i++)
            {
                var integer = numbers[i];
                if (!(integer >= T.Zero && integer < levels) || T.Floor(integer) != integer)
                {
                    throw new ArgumentException($"Images have the integer levels 0 to {Levels - 1}; row {rows[i / (numbers.Length / rows.Length)]} has {integer}.", nameof(numbers));
                }

                var (sum, next) = (integer + drawn[i], integer + T.One);
                numbers[i] = sum < next ? sum : below(next);
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(noise);
        }
    }
}
