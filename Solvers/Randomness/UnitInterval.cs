using System.Numerics;
using System.Runtime.CompilerServices;

namespace FlowOde.Solvers.Randomness;

/// <summary>Turns random bits into numbers.</summary>
internal static class UnitInterval
{
    private const double Spacing = 1.0 / (1L << 52);

    /// <summary>Uniform in (0, 1), both ends exclusive: the middles of 2^52 equal cells, all exact in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Double(ulong bits) => ((bits >> 12) + 0.5) * Spacing;

    /// <summary>The same number rounded to <typeparamref name="T"/>, except that what would round to 1 stays below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Round<T>(double uniform)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        var rounded = T.CreateTruncating(uniform);
        return rounded < T.One ? rounded : T.BitDecrement(T.One);
    }

    /// <summary>Uniform over 0 … count − 1, off by less than count / 2^64 in probability (Lemire 2019, "Fast random integer generation in an interval").</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Index(ulong bits, long count) => (long)Math.BigMul(bits, (ulong)count, out _);
}
