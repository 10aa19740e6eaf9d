using FlowOde.Samplers.Quality;

namespace FlowOde.Tests.Samplers.Quality;

public sealed class PairedDifferenceTests
{
    /// <summary>Known quantiles of Student's distribution at 97.5 %.</summary>
    [Theory]
    [InlineData(1, 12.706204736)]
    [InlineData(2, 4.302652730)]
    [InlineData(3, 3.182446305)]
    [InlineData(4, 2.776445105)]
    [InlineData(7, 2.364624252)]
    [InlineData(10, 2.228138852)]
    [InlineData(30, 2.042272456)]
    [InlineData(1000, 1.962339081)]
    public void Quantile_IsTheKnownOne(int degrees, double expected) => Assert.Equal(expected, PairedDifference.Quantile(degrees), 1e-8);

    [Fact]
    public void PairedDifference_DropsWhatPairsHaveInCommon()
    {
        var found = new PairedDifference([10.1, 20.3, 30.2], [10, 20, 30]);
        Assert.Equal(3, found.Pairs);
        Assert.Equal(0.2, found.Mean, 1e-12);
        Assert.Equal(0.2 - (4.302652730 * 0.1 / Math.Sqrt(3)), found.Low, 1e-8);
        Assert.Equal(0.2 + (4.302652730 * 0.1 / Math.Sqrt(3)), found.High, 1e-8);
    }

    [Fact]
    public void PairedDifference_WithoutTwoPairs_Refuses()
    {
        Assert.Throws<ArgumentException>(() => new PairedDifference([1], [2]));
        Assert.Throws<ArgumentException>(() => new PairedDifference([1, 2], [2]));
    }
}
