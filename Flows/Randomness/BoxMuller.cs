using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FlowOde.Flows.Randomness;

/// <summary>Two independent standard normals from two uniforms: √(−2 ln u)·(cos 2πv, sin 2πv) (Box and Muller 1958).</summary>
internal static class BoxMuller
{
    /// <summary>Lengths given to <see cref="Transform"/> are multiples of this.</summary>
    public const int Lanes = 4;

    /// <summary>Replaces each pair (u, v) of uniforms in (0, 1) by a pair of normals, in place.</summary>
    /// <remarks>Every pair takes the same vector path whatever its position, so a value does not depend on its neighbours.</remarks>
    public static void Transform(Span<double> u, Span<double> v)
    {
        var first = MemoryMarshal.Cast<double, Vector256<double>>(u);
        var second = MemoryMarshal.Cast<double, Vector256<double>>(v);
        for (var i = 0; i < first.Length; i++)
        {
            (first[i], second[i]) = Pair(first[i], second[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> First, Vector256<double> Second) Pair(Vector256<double> u, Vector256<double> v)
    {
        var radius = Vector256.Sqrt(Vector256.Log(u) * -2.0);
        var (sine, cosine) = Vector256.SinCos(v * Math.Tau);
        return (radius * cosine, radius * sine);
    }
}
