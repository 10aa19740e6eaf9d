using FlowOde.Solvers.Stochastic;
using static FlowOde.Tests.Solvers.Stochastic.StochasticProblems;

namespace FlowOde.Tests.Solvers.Stochastic;

public class BrownianPathTests
{
    private const int Count = 40_000;

    private static readonly BrownianPath _path = new(7, -1, 3, Count / 4, 4);

    [Theory]
    [InlineData(-1, -0.5)] // dyadic
    [InlineData(-0.3, 0.1)]
    [InlineData(0.123456, 2.9)]
    [InlineData(1.0, 1.0001)]
    public void ReadIncrement_OfManyMotions_HasMeanZeroAndTheVarianceOfTheInterval(double from, double to)
    {
        double[] increments = Increment(_path, from, to);
        var (mean, variance) = Moments(increments);
        double length = to - from;
        Assert.True(Math.Abs(mean) < 4.5 * Math.Sqrt(length / Count), $"mean {mean:E2}"); // 4.5 standard deviations of a mean
        Assert.True(Math.Abs((variance / length) - 1) < 4.5 * Math.Sqrt(2.0 / Count), $"variance {variance / length} of the length"); // and of a variance
        double fourth = increments.Average(x => x * x * x * x) / (3 * length * length);
        Assert.True(Math.Abs(fourth - 1) < 4.5 * Math.Sqrt(96.0 / 9 / Count), $"fourth moment {fourth} of a normal's");
    }

    [Fact]
    public void ReadIncrement_OverIntervalsThatDoNotOverlap_IsUncorrelated()
    {
        double[][] parts = [Increment(_path, -1, 0.1), Increment(_path, 0.1, 0.6), Increment(_path, 0.6, 0.61), Increment(_path, 0.61, 3)];
        double[] lengths = [1.1, 0.5, 0.01, 2.39];
        for (int i = 0; i < parts.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double correlation = parts[i].Zip(parts[j], (a, b) => a * b).Average() / Math.Sqrt(lengths[i] * lengths[j]);
                Assert.True(Math.Abs(correlation) < 4.5 / Math.Sqrt(Count), $"parts {i} and {j} correlate by {correlation:E2}");
            }
        }
    }

    [Fact]
    public void Read_OfNeighbouringColumnsAndRows_IsUncorrelated()
    {
        double[] w = Values(_path, 1.7);
        foreach (int lag in new[] { 1, 4 })
        {
            double correlation = w.Skip(lag).Zip(w, (a, b) => a * b).Average() / 2.7;
            Assert.True(Math.Abs(correlation) < 4.5 / Math.Sqrt(Count), $"lag {lag}: {correlation:E2}");
        }
    }

    [Fact]
    public void Read_InAnyOrder_GivesTheSameBits()
    {
        var path = new BrownianPath(3, 0, 1, 5, 3);
        double[] times = [0.7, 0, 1, 0.5, 0.3333, 0.75, 1e-9, 0.7000000001];
        var first = times.Select(t => Values(path, t)).ToArray();
        var again = times.Reverse().Select(t => Values(new BrownianPath(3, 0, 1, 5, 3), t)).Reverse().ToArray();
        Assert.Equal(first, again);
        Assert.All(first[1], value => Assert.Equal(0, value));
        Assert.DoesNotContain(0, first[2]);
    }

    [Fact]
    public void ReadIncrement_OfParts_AddsUpToTheWhole()
    {
        double[] whole = Increment(_path, -0.9, 2.3), sum = new double[Count];
        double[] times = [-0.9, -0.1, 0.3, 1.77, 2.3];
        for (int i = 1; i < times.Length; i++)
        {
            double[] part = Increment(_path, times[i - 1], times[i]);
            for (int j = 0; j < Count; j++)
            {
                sum[j] += part[j];
            }
        }

        Assert.True(whole.Zip(sum, (a, b) => Math.Abs(a - b)).Max() < 1e-12);
        Assert.Equal(whole.Select(x => -x), Increment(_path, 2.3, -0.9));
    }

    [Fact]
    public void Read_WithMoreHalvings_LeavesTheNodesAndMovesLittleElse()
    {
        var (coarse, fine) = (new BrownianPath(3, 0, 1, 50, 3) { Halvings = 10 }, new BrownianPath(3, 0, 1, 50, 3) { Halvings = 30 });
        Assert.Equal(Values(coarse, 5 / 1024.0), Values(fine, 5 / 1024.0));
        Assert.Equal(Values(coarse, 0.75), Values(fine, 0.75));
        double distance = Values(coarse, 0.3).Zip(Values(fine, 0.3), (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(distance, 1e-6, 4.5 * Math.Sqrt(0.5 * coarse.Resolution)); // two bridges over one leaf
        Assert.Equal(1.0 / 1024, coarse.Resolution);
    }

    [Fact]
    public void Read_OfSeveralSeeds_DiffersEverywhereAndOfOneSeedNowhere()
    {
        double[] one = Values(new BrownianPath(1, 0, 1, 20, 3), 0.4), same = Values(new BrownianPath(1, 0, 1, 20, 3), 0.4), other = Values(new BrownianPath(2, 0, 1, 20, 3), 0.4);
        Assert.Equal(one, same);
        Assert.All(one.Zip(other), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(700)] // more entries of a row than are drawn at once
    public void Read_OfARowInAnotherBatch_GivesTheSameBits(int columns)
    {
        double[] all = Values(new BrownianPath(5, 0, 2, 300, columns), 1.3);
        double[] some = Values(new BrownianPath(5, 0, 2, 7, columns) { FirstRow = 200 }, 1.3);
        Assert.Equal(all[(200 * columns)..(207 * columns)], some);
    }

    [Fact]
    public void Path_WithBadInputs_SaysWhatIsWrong()
    {
        Assert.Contains("ends at 1", Assert.Throws<ArgumentOutOfRangeException>(() => new BrownianPath(1, 2, 1, 1, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BrownianPath(1, 0, double.NaN, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BrownianPath(1, 0, double.PositiveInfinity, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BrownianPath(1, 0, 1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BrownianPath(1, 0, 1, 1L << 30, 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BrownianPath(1, 0, 1, 1, 1) { Halvings = 44 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BrownianPath(1, 0, 1, 2, 1) { FirstRow = (1L << 44) - 1 });
        var path = new BrownianPath(1, 0, 1, 1, 1);
        Assert.Contains("from 0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => path.Read(1.5, new double[1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => path.Read(double.NaN, new double[1]));
        Assert.Contains("not 2", Assert.Throws<ArgumentException>(() => path.Read(0.5, new double[2])).Message, StringComparison.Ordinal);
    }

    private static double[] Increment(BrownianPath path, double from, double to)
    {
        double[] increment = new double[path.Rows * path.Columns];
        path.ReadIncrement(from, to, increment);
        return increment;
    }
}
