using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FlowOde.Solvers.Randomness;

/// <summary>Two independent standard normals from two uniforms: √(−2 ln u)·(cos 2πv, sin 2πv) (Box and Muller 1958).</summary>
internal static class BoxMuller
{
    /// <summary>Lengths given to <see cref="Transform"/> are multiples of this.</summary>
    public const int Lanes = 4;

    // Taylor series about 0; on [−π/4, π/4] the first terms left out are below 1e-19.
    private static ReadOnlySpan<double> SineTerms =>
    [
        1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5_040, 1.0 / 362_880, -1.0 / 39_916_800, 1.0 / 6_227_020_800, -1.0 / 1_307_674_368_000,
        1.0 / 355_687_428_096_000,
    ];

    private static ReadOnlySpan<double> CosineTerms =>
    [
        1.0, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40_320, -1.0 / 3_628_800, 1.0 / 479_001_600, -1.0 / 87_178_291_200,
        1.0 / 20_922_789_888_000,
    ];

    /// <summary>Replaces each pair (u, v) of uniforms in (0, 1) by a pair of normals, in place.</summary>
    /// <remarks>A value does not depend on its neighbours in the vector: every lane takes the same path.</remarks>
    public static void Transform(Span<double> u, Span<double> v)
    {
        var first = MemoryMarshal.Cast<double, Vector256<double>>(u);
        var second = MemoryMarshal.Cast<double, Vector256<double>>(v);
        for (var i = 0; i < first.Length; i++)
        {
            var radius = Vector256.Sqrt(Vector256.Log(first[i]) * -2.0);
            var (cosine, sine) = Turn(second[i]);
            (first[i], second[i]) = (radius * cosine, radius * sine);
        }
    }

    // The runtime's own vector sine picks its polynomial by the largest angle of all lanes, so that a value would change with its neighbours.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> Cosine, Vector256<double> Sine) Turn(Vector256<double> turns)
    {
        // The nearest quarter turn, 0 to 4, and the exact rest of at most an eighth.
        var quarter = Vector256.Floor((turns * 4.0) + Vector256.Create(0.5));
        var angle = (turns - (quarter * 0.25)) * Math.Tau;
        var square = angle * angle;
        var sine = angle * Horner(SineTerms, square);
        var cosine = Horner(CosineTerms, square);

        var (isOne, isTwo, isThree) = (Is(quarter, 1), Is(quarter, 2), Is(quarter, 3));
        var swap = isOne | isThree;
        return (
            Negate(isOne | isTwo, Vector256.ConditionalSelect(swap, sine, cosine)),
            Negate(isTwo | isThree, Vector256.ConditionalSelect(swap, cosine, sine)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Horner(ReadOnlySpan<double> terms, Vector256<double> x)
    {
        var sum = Vector256.Create(terms[8]);
        for (var i = 7; i >= 0; i--)
        {
            sum = (sum * x) + Vector256.Create(terms[i]);
        }

        return sum;
    }

    private static Vector256<double> Is(Vector256<double> quarter, double number) => Vector256.Equals(quarter, Vector256.Create(number));

    private static Vector256<double> Negate(Vector256<double> where, Vector256<double> value) => value ^ (where & Vector256.Create(-0.0));
}
