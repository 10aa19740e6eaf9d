using System.Numerics;
using FlowOde.Solvers.Randomness;

namespace FlowOde.Flows.Randomness;

/// <summary>The draws for one purpose at one step. A value: it holds no position, and asking twice gives the same numbers.</summary>
/// <remarks>
/// The number at (row, index) depends on seed, purpose, step, row and index only: not on the other rows asked for, and a longer
/// <c>perRow</c> begins with the shorter one's numbers. Uniforms, normals and signs of one stream are independent of each other.
/// float and double give the same numbers up to rounding.
/// </remarks>
#pragma warning disable CA1711 // the statistics word: a stream of draws, not of bytes
public readonly record struct RandomStream
#pragma warning restore CA1711
{
    private const int SignsPerBlock = 128;

    /// <summary>Names the draws of a seed for a purpose at a step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The purpose is not in 0 … 255, or the step not in 0 … 2^44 − 1.</exception>
    public RandomStream(ulong seed, RandomPurpose purpose, long step)
    {
        if ((uint)purpose > byte.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "A purpose is a number from 0 to 255.");
        }

        if ((ulong)step >> BlockAddress.CountBits != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, "Steps run from 0 to 2^44 - 1.");
        }

        (Seed, Purpose, Step) = (seed, purpose, step);
    }

    /// <summary>The run's seed.</summary>
    public ulong Seed { get; }

    /// <summary>What the draws are for.</summary>
    public RandomPurpose Purpose { get; }

    /// <summary>The step they belong to.</summary>
    public long Step { get; }

    /// <summary>Independent uniforms in the open interval (0, 1), so that their logarithms are finite.</summary>
    /// <param name="rows">Global row numbers, 0 to 2^44 − 1, in any order.</param>
    /// <param name="perRow">Numbers for each row, 0 to 2^30.</param>
    /// <param name="into">Receives them, [rows, perRow], row by row.</param>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="ArgumentException"><paramref name="into"/> has another length, or <typeparamref name="T"/> is another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A row or <paramref name="perRow"/> is out of range.</exception>
    public void FillUniform<T>(ReadOnlySpan<long> rows, int perRow, Span<T> into)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        Check(rows, perRow, into);
        var address = Address(DrawKind.Uniform);
        var at = 0;
        foreach (var row in rows)
        {
            for (var index = 0; index < perRow; index += 2)
            {
                var block = address[row, index / 2];
                into[at++] = UnitInterval.Round<T>(UnitInterval.Double(block.Low));
                if (index + 1 < perRow)
                {
                    into[at++] = UnitInterval.Round<T>(UnitInterval.Double(block.High));
                }
            }
        }
    }

    /// <summary>Independent standard normals, computed in double precision (Box and Muller 1958); none is beyond 8.6.</summary>
    /// <inheritdoc cref="FillUniform"/>
    public void FillNormal<T>(ReadOnlySpan<long> rows, int perRow, Span<T> into)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        Check(rows, perRow, into);
        NormalDraws.Fill(Address(DrawKind.Normal), rows, perRow, into);
    }

    /// <summary>Independent signs, −1 or 1 with equal probability (Hutchinson 1990).</summary>
    /// <inheritdoc cref="FillUniform"/>
    public void FillRademacher<T>(ReadOnlySpan<long> rows, int perRow, Span<T> into)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        Check(rows, perRow, into);
        var address = Address(DrawKind.Sign);
        var at = 0;
        foreach (var row in rows)
        {
            for (var index = 0; index < perRow; index += SignsPerBlock)
            {
                var block = address[row, index / SignsPerBlock];
                var bits = new UInt128(block.High, block.Low);
                var end = at + Math.Min(SignsPerBlock, perRow - index);
                for (; at < end; bits >>= 1)
                {
                    into[at++] = (bits & 1) == 0 ? T.NegativeOne : T.One;
                }
            }
        }
    }

    /// <summary>A uniformly random order of 0 … count − 1 (Fisher and Yates; Durstenfeld 1964), in time proportional to the count.</summary>
    /// <returns>Each number once, [count]; new.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or longer than an array.</exception>
    public long[] Permutation(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength);
        var order = new long[count];
        var address = Address(DrawKind.Permutation);
        for (var i = 0L; i < count; i++)
        {
            var block = address[i >> 1];
            var j = UnitInterval.Index((i & 1) == 0 ? block.Low : block.High, i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    private static void Check<T>(ReadOnlySpan<long> rows, int perRow, Span<T> into)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new ArgumentException($"Draws are float or double, not {typeof(T).Name}.", nameof(into));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(perRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perRow, 1 << (BlockAddress.BlockBits + 1));
        if (into.Length != (long)rows.Length * perRow)
        {
            throw new ArgumentException($"{rows.Length} rows of {perRow} need a span of {(long)rows.Length * perRow}, not {into.Length}.", nameof(into));
        }

        foreach (var row in rows)
        {
            BlockAddress.CheckRow(row);
        }
    }

    private BlockAddress Address(DrawKind kind) => new(Seed, (int)Purpose, Step, kind);
}
