using FlowOde.Flows.Randomness;
using FlowOde.Solvers.Randomness;

namespace FlowOde.Tests.Flows.Randomness;

public sealed class RandomStreamTests
{
    private static readonly RandomStream _stream = new RandomSource(2026).Stream(RandomPurpose.Probe, 3);

    public static TheoryData<string> Kinds => ["uniform", "normal", "sign"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_OfRowsInAnotherOrder_GivesEachRowTheSameNumbers(string kind)
    {
        var all = Draw(kind, _stream, Rows(300), 7);
        var some = Draw(kind, _stream, [299, 4, 17, 4], 7);
        Assert.Equal(all[(299 * 7)..(300 * 7)], some[..7]);
        Assert.Equal(all[(4 * 7)..(5 * 7)], some[7..14]);
        Assert.Equal(all[(17 * 7)..(18 * 7)], some[14..21]);
        Assert.Equal(all[(4 * 7)..(5 * 7)], some[21..]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_OfALongerRow_BeginsWithTheShorterRowsNumbers(string kind)
    {
        var longer = Draw(kind, _stream, [11, 12], 401);
        foreach (var perRow in new[] { 0, 1, 2, 3, 127, 128, 129, 256, 400 })
        {
            var shorter = Draw(kind, _stream, [11, 12], perRow);
            Assert.Equal(longer[..perRow], shorter[..perRow]);
            Assert.Equal(longer[401..(401 + perRow)], shorter[perRow..]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_InSinglePrecision_RoundsTheDoubleNumbers(string kind)
    {
        var doubles = Draw(kind, _stream, Rows(500), 5);
        var floats = new float[doubles.Length];
        Fill(kind, _stream, Rows(500), 5, floats);
        for (var i = 0; i < floats.Length; i++)
        {
            Assert.Equal((float)doubles[i], floats[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fill_WithAnotherSeedPurposeOrStep_IsUncorrelated(string kind)
    {
        const int count = 20_000;
        var reference = Draw(kind, _stream, Rows(count), 1);
        RandomStream[] others =
        [
            new(2027, RandomPurpose.Probe, 3),
            new(2026, RandomPurpose.Base, 3),
            new(2026, RandomPurpose.Probe, 4),
            new(2026, RandomPurpose.Probe, 3 + (1L << 32)),
        ];
        foreach (var other in others)
        {
            // The correlation of independent draws has standard deviation 1/√n; five of them.
            var correlation = Correlation(reference, Draw(kind, other, Rows(count), 1));
            Assert.True(Math.Abs(correlation) < 5 / Math.Sqrt(count), $"Correlation {correlation} with {other}.");
        }
    }

    [Theory]
    [InlineData("uniform", 0.5, 1.0 / 12, 0.0, 1.8)]
    [InlineData("normal", 0.0, 1.0, 0.0, 3.0)]
    [InlineData("sign", 0.0, 1.0, 0.0, 1.0)]
    public void Fill_OfManyNumbers_HasTheMomentsOfItsLaw(string kind, double mean, double variance, double skewness, double kurtosis)
    {
        var draws = Draw(kind, _stream, Rows(50_000), 4);
        var n = draws.Length;
        var sampleMean = draws.Average();
        Assert.True(Math.Abs(sampleMean - mean) < 5 * Math.Sqrt(variance / n), $"Mean {sampleMean}.");
        var centred = draws.Select(x => (x - mean) / Math.Sqrt(variance)).ToArray();

        // Standard errors at most √(E x⁸ / n) = √(105 / n) = 0.023 for a normal's fourth moment.
        Assert.InRange(centred.Average(x => x * x), 1 - 0.02, 1 + 0.02);
        Assert.InRange(centred.Average(x => x * x * x), skewness - 0.05, skewness + 0.05);
        Assert.InRange(centred.Average(x => x * x * x * x), kurtosis - 0.12, kurtosis + 0.12);
    }

    [Theory]
    [InlineData("uniform")]
    [InlineData("normal")]
    public void Fill_OfManyNumbers_PassesKolmogorovSmirnov(string kind)
    {
        var draws = Draw(kind, _stream, Rows(20_000), 3);
        Array.Sort(draws);
        var distance = 0.0;
        for (var i = 0; i < draws.Length; i++)
        {
            var expected = kind == "uniform" ? draws[i] : NormalDistribution(draws[i]);
            distance = Math.Max(distance, Math.Max(expected - ((double)i / draws.Length), ((i + 1.0) / draws.Length) - expected));
        }

        // √n D exceeds 2.2 once in 8,000 seeds; the seed is fixed.
        Assert.True(distance * Math.Sqrt(draws.Length) < 2.2, $"Distance {distance}.");
    }

    [Fact]
    public void FillNormal_OfNeighboursInARow_IsUncorrelatedAlsoInSquares()
    {
        var draws = Draw("normal", _stream, Rows(20_000), 2);
        var first = draws.Where((_, i) => i % 2 == 0).ToArray();
        var second = draws.Where((_, i) => i % 2 == 1).ToArray();
        var squares = Correlation([.. first.Select(x => x * x)], [.. second.Select(x => x * x)]);
        Assert.True(Math.Abs(Correlation(first, second)) < 0.036 && Math.Abs(squares) < 0.036, $"Squares correlate {squares}.");
    }

    [Fact]
    public void Purposes_OfAllKinds_HaveNumbersOfTheirOwn()
    {
        var numbers = Enum.GetNames<RandomPurpose>().Select(name => (int)Enum.Parse<RandomPurpose>(name)).ToArray();
        Assert.Equal(numbers.Length, numbers.Distinct().Count());
        Assert.All(numbers, number => Assert.InRange(number, 0, 255));
    }

    [Fact]
    public void Double_OfExtremeBits_StaysInsideTheUnitInterval()
    {
        Assert.InRange(UnitInterval.Double(0), double.Epsilon, 1e-15);
        Assert.InRange(UnitInterval.Double(ulong.MaxValue), 1 - 1e-15, Math.BitDecrement(1.0));
        Assert.InRange(UnitInterval.Round<float>(UnitInterval.Double(0)), float.Epsilon, 1e-15f);
        Assert.Equal(MathF.BitDecrement(1), UnitInterval.Round<float>(UnitInterval.Double(ulong.MaxValue)));
    }

    [Fact]
    public void FillUniform_OutsideItsRanges_SaysSo()
    {
        var into = new double[2];
        Assert.Throws<ArgumentException>("into", () => _stream.FillUniform([0], 3, into.AsSpan()));
        Assert.Throws<ArgumentException>("into", () => _stream.FillUniform([0], 2, new Half[2].AsSpan()));
        Assert.Throws<ArgumentOutOfRangeException>("row", () => _stream.FillUniform([-1], 2, into.AsSpan()));
        Assert.Throws<ArgumentOutOfRangeException>("row", () => _stream.FillNormal([1L << 44], 2, into.AsSpan()));
        Assert.Throws<ArgumentOutOfRangeException>("perRow", () => _stream.FillRademacher([1], -1, into.AsSpan()));
        Assert.Throws<ArgumentOutOfRangeException>("step", () => new RandomStream(1, RandomPurpose.Toy, -1));
        Assert.Throws<ArgumentOutOfRangeException>("purpose", () => new RandomStream(1, (RandomPurpose)256, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Permutation_OfACount_HoldsEachNumberOnce(int count)
    {
        var order = new RandomSource(5).Permutation(9, count);
        Assert.Equal(Rows(count), order.Order());
        Assert.Equal(order, new RandomSource(5).Permutation(9, count));
    }

    [Fact]
    public void Permutation_OfFour_GivesAllTwentyFourOrdersEquallyOften()
    {
        const int epochs = 24_000;
        var counts = new Dictionary<string, int>();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var key = string.Join(',', new RandomSource(5).Permutation(epoch, 4));
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        // χ² with 23 degrees of freedom exceeds 56 once in 8,000 seeds; the seed is fixed.
        var chiSquare = counts.Values.Sum(n => (n - 1000.0) * (n - 1000.0) / 1000);
        Assert.Equal(24, counts.Count);
        Assert.True(chiSquare < 56, $"χ² = {chiSquare}.");
    }

    internal static long[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    private static double[] Draw(string kind, RandomStream stream, long[] rows, int perRow)
    {
        var into = new double[rows.Length * perRow];
        Fill(kind, stream, rows, perRow, into);
        return into;
    }

    private static void Fill<T>(string kind, RandomStream stream, long[] rows, int perRow, T[] into)
        where T : struct, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        switch (kind)
        {
            case "uniform": stream.FillUniform(rows, perRow, into.AsSpan()); break;
            case "normal": stream.FillNormal(rows, perRow, into.AsSpan()); break;
            default: stream.FillRademacher(rows, perRow, into.AsSpan()); break;
        }
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average();
        var covariance = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        return covariance / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }

    // Φ(x) by Simpson's rule on the density from 0, 400 intervals: error below 1e-9 for |x| < 9.
    private static double NormalDistribution(double x)
    {
        const int intervals = 400;
        var h = x / intervals;
        var sum = 1 + Math.Exp(-x * x / 2);
        for (var i = 1; i < intervals; i++)
        {
            sum += (i % 2 == 1 ? 4 : 2) * Math.Exp(-i * h * i * h / 2);
        }

        return 0.5 + (sum * h / 3 / Math.Sqrt(Math.Tau));
    }
}
