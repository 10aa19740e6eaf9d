using System.Numerics;
using System.Runtime.CompilerServices;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>
/// Elementary functions on float32 registers, accurate to about one unit in the last place of the larger of result and 1. NaN stays NaN, so that a
/// diverging solve is noticed. The polynomials are least-maximum-error fits found by exchange, for reduced arguments |r| ≤ ln 2 / 2.
/// </summary>
internal static class SpanMath
{
    /// <summary>e^x − 1 for x ≤ 0, accurate near 0 too; at most −1 + e^−87 is told from −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> ExpM1OfNegative(Vector<float> x)
    {
        var (scale, fraction) = Reduce(x);
        return Vector.MultiplyAddEstimate(scale, fraction, scale - Vector<float>.One);
    }

    /// <summary>e^x for x ≤ 0; never below e^−87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> ExpOfNegative(Vector<float> x)
    {
        var (scale, fraction) = Reduce(x);
        return Vector.MultiplyAddEstimate(scale, fraction, scale);
    }

    /// <summary>log(1 + y) for 0 ≤ y ≤ 1, as 2 artanh(s) with s = y / (2 + y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Log1P(Vector<float> y)
    {
        var s = y / (y + new Vector<float>(2f));
        var u = s * s;
        var g = new Vector<float>(0.142146158f);
        g = Vector.MultiplyAddEstimate(g, u, new(0.139532683f));
        g = Vector.MultiplyAddEstimate(g, u, new(0.200141478f));
        g = Vector.MultiplyAddEstimate(g, u, new(0.333331357f));
        s += s;
        return Vector.MultiplyAddEstimate(s * u, g, s);
    }

    /// <summary>1 / (1 + e^−x), and e^−|x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Sigmoid(Vector<float> x, out Vector<float> decay)
    {
        decay = ExpOfNegative(-Vector.Abs(x));
        var numerator = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), decay, Vector<float>.One);
        return numerator / (Vector<float>.One + decay);
    }

    /// <summary>tanh x = −m / (m + 2) with m = e^−2|x| − 1, and the sign of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Tanh(Vector<float> x)
    {
        var sign = x & new Vector<float>(-0f);
        var m = ExpM1OfNegative(new Vector<float>(-2f) * Vector.Abs(x));
        return (m / (m + new Vector<float>(2f))) ^ (sign ^ new Vector<float>(-0f));
    }

    /// <summary>
    /// The normal distribution function Φ(x) and its density n(x). Φ(−|x|) is n times a polynomial in s = 1 / (1 + |x|/4), after the
    /// idea of Hastings 1955; fitted here for |x| ≤ 6 to 3e-9, and below 1e-9 anyway beyond.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> NormalDistribution(Vector<float> x, out Vector<float> density)
    {
        density = ExpOfNegative(x * x * new Vector<float>(-0.5f)) * new Vector<float>(0.398942280f);
        var s = Vector<float>.One / Vector.MultiplyAddEstimate(Vector.Abs(x), new Vector<float>(0.25f), Vector<float>.One);
        var p = new Vector<float>(-0.222052979f);
        p = Vector.MultiplyAddEstimate(p, s, new(0.817476398f));
        p = Vector.MultiplyAddEstimate(p, s, new(-0.586618056f));
        p = Vector.MultiplyAddEstimate(p, s, new(0.611460491f));
        p = Vector.MultiplyAddEstimate(p, s, new(0.121084998f));
        p = Vector.MultiplyAddEstimate(p, s, new(0.261540427f));
        p = Vector.MultiplyAddEstimate(p, s, new(0.250422846f));
        var tail = density * s * p;
        return Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), tail, Vector<float>.One - tail);
    }

    /// <summary>2^n and e^r − 1 for x = n ln 2 + r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float> Scale, Vector<float> Fraction) Reduce(Vector<float> x)
    {
        var floor = new Vector<float>(-87f);
        x = Vector.ConditionalSelect(Vector.LessThan(x, floor), floor, x);
        var n = Vector.Round(x * new Vector<float>(1.44269504f));
        var r = Vector.MultiplyAddEstimate(n, new Vector<float>(-0.693147181f), x);
        var q = new Vector<float>(0.00139504630f);
        q = Vector.MultiplyAddEstimate(q, r, new(0.00836888195f));
        q = Vector.MultiplyAddEstimate(q, r, new(0.0416662062f));
        q = Vector.MultiplyAddEstimate(q, r, new(0.166665189f));
        q = Vector.MultiplyAddEstimate(q, r, new(0.500000010f));
        var scale = Vector.AsVectorSingle((Vector.ConvertToInt32Native(n) + new Vector<int>(127)) << 23);
        return (scale, Vector.MultiplyAddEstimate(r * r, q, r));
    }
}
