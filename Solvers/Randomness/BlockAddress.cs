using System.Runtime.CompilerServices;

namespace FlowOde.Solvers.Randomness;

/// <summary>Where a draw's bits lie: (purpose, step, kind, row, block) written side by side into the 128 bits of a Philox counter.</summary>
/// <remarks>
/// The seed is the key and nothing is hashed, so two draws share a block only if they agree in every part. From the lowest bit:
/// block 29, kind 3, row 44, step 44, purpose 8.
/// </remarks>
internal readonly struct BlockAddress
{
    /// <summary>Bits of a row number and of a step number.</summary>
    public const int CountBits = 44;

    /// <summary>Bits of a block number within a row: 2^30 numbers of 64 bits each.</summary>
    public const int BlockBits = 29;

    private readonly ulong _seed;
    private readonly uint _kind;
    private readonly uint _stepLow;
    private readonly uint _top;

    /// <summary>Names the blocks of a seed for a purpose, a step and a kind; all must be in range.</summary>
    /// <param name="seed">The key, any value.</param>
    /// <param name="purpose">What the draws are for: 0 to 255, each number for one purpose of the whole library.</param>
    /// <param name="step">0 to 2^44 − 1.</param>
    /// <param name="kind">How the bits are read.</param>
    public BlockAddress(ulong seed, int purpose, long step, DrawKind kind)
    {
        _seed = seed;
        _kind = (uint)kind << BlockBits;
        _stepLow = (uint)step << 12;
        _top = (uint)(step >> 20) | ((uint)purpose << 24);
    }

    /// <summary>The block of a row; both must be in range: see <see cref="CheckRow"/>.</summary>
    public PhiloxBlock this[long row, int block]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PhiloxBlock.At((uint)block | _kind, (uint)row, (uint)(row >> 32) | _stepLow, _top, _seed);
    }

    /// <summary>A block of a single long sequence, which runs on into the next rows.</summary>
    public PhiloxBlock this[long position] => this[position >> BlockBits, (int)(position & ((1L << BlockBits) - 1))];

    /// <summary>Refuses a row outside 0 … 2^44 − 1, whose bits would run into the step's.</summary>
    public static void CheckRow(long row)
    {
        if ((ulong)row >> CountBits != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, "Row numbers run from 0 to 2^44 - 1: number rows from the start of the data set.");
        }
    }
}
