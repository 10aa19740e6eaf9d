using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Randomness;
using FlowOde.Tests.Flows.Randomness;

namespace FlowOde.Tests.Solvers.Randomness;

public sealed class BoxMullerTests
{
    [Fact]
    public void Transform_OfUniforms_AgreesWithTheScalarFormula()
    {
        var (u, v) = Uniforms();
        var (first, second) = ((double[])u.Clone(), (double[])v.Clone());
        BoxMuller.Transform(first, second);
        for (var i = 0; i < u.Length; i++)
        {
            // A few roundings of numbers up to 8.6, and of an angle up to 2π in the reference.
            var radius = Math.Sqrt(-2 * Math.Log(u[i]));
            var (sine, cosine) = Math.SinCos(Math.Tau * v[i]);
            Assert.Equal(radius * cosine, first[i], 1e-14);
            Assert.Equal(radius * sine, second[i], 1e-14);
        }
    }

    [Fact]
    public void Transform_AmongOtherNeighbours_GivesTheSameBits()
    {
        var (u, v) = Uniforms();
        var (first, second) = ((double[])u.Clone(), (double[])v.Clone());
        BoxMuller.Transform(first, second);
        Span<double> alone = stackalloc double[BoxMuller.Lanes];
        Span<double> angle = stackalloc double[BoxMuller.Lanes];
        for (var i = 0; i < u.Length; i++)
        {
            alone.Fill(u[i]);
            angle.Fill(v[i]);
            BoxMuller.Transform(alone, angle);
            Assert.Equal((first[i], second[i]), (alone[i % 4], angle[i % 4]));
        }
    }

    // Random pairs, and every meeting of extreme and special values.
    private static (double[] U, double[] V) Uniforms()
    {
        double[] special =
        [
            UnitInterval.Double(0), UnitInterval.Double(ulong.MaxValue), 1e-9, 0.125, Math.BitDecrement(0.125), 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1 - 1e-9,
        ];
        var rows = RandomStreamTests.Rows(40_000);
        var draws = new double[80_000];
        new RandomStream(3, RandomPurpose.Toy, 0).FillUniform(rows, 2, draws.AsSpan());
        var pairs = special.SelectMany(u => special.Select(v => (u, v))).Concat(rows.Select(i => (u: draws[2 * i], v: draws[(2 * i) + 1]))).ToArray();
        return ([.. pairs.Select(p => p.u)], [.. pairs.Select(p => p.v)]);
    }
}
