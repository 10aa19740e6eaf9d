using FlowOde.Solvers.Adjoints;

namespace FlowOde.Tests.Solvers.Adjoints;

public class BinomialCheckpointsTests
{
    [Theory]
    [InlineData(100, 5, 316)]
    [InlineData(100, 10, 222)]
    [InlineData(1000, 20, 2747)]
    [InlineData(1, 1, 0)]
    [InlineData(7, 1, 21)]
    public void UntapedSteps_OfKnownCases_IsTheKnownNumber(int steps, int checkpoints, long expected) =>
        Assert.Equal(expected, BinomialCheckpoints.UntapedSteps(steps, checkpoints));

    [Fact]
    public void UntapedSteps_OfAnyCase_IsTheLeastThatDynamicProgrammingFinds()
    {
        const int most = 120;
        for (int c = 1; c <= 7; c++)
        {
            for (int n = 1; n < most; n++)
            {
                Assert.True(_least.Value[c, n] == BinomialCheckpoints.UntapedSteps(n, c), $"N = {n}, c = {c}: least {_least.Value[c, n]}, formula {BinomialCheckpoints.UntapedSteps(n, c)}");
            }
        }
    }

    [Fact]
    public void Split_OfAnyCase_ReachesTheLeast()
    {
        for (int c = 2; c <= 12; c++)
        {
            for (int n = 2; n < 300; n++)
            {
                int m = BinomialCheckpoints.Split(n, c);
                Assert.InRange(m, 1, n - 1);
                long cost = m + BinomialCheckpoints.UntapedSteps(n - m, c - 1) + BinomialCheckpoints.UntapedSteps(m, c);
                Assert.True(cost == BinomialCheckpoints.UntapedSteps(n, c), $"N = {n}, c = {c}, split {m}: {cost} steps, least {BinomialCheckpoints.UntapedSteps(n, c)}");
            }
        }
    }

    [Fact]
    public void UntapedSteps_OfNoCheckpoint_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialCheckpoints.UntapedSteps(10, 0));

    /// <summary>t(N, c) = min_m m + t(N − m, c − 1) + t(m, c), by its definition.</summary>
    private static readonly Lazy<long[,]> _least = new(() =>
    {
        var least = new long[8, 120];
        for (int c = 1; c < 8; c++)
        {
            for (int n = 2; n < 120; n++)
            {
                least[c, n] = (long)n * (n - 1) / 2;
                for (int m = 1; c > 1 && m < n; m++)
                {
                    least[c, n] = Math.Min(least[c, n], m + least[c - 1, n - m] + least[c, m]);
                }
            }
        }

        return least;
    });
}
