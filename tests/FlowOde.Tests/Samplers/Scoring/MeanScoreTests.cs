using FlowOde.Samplers.Scoring;

namespace FlowOde.Tests.Samplers.Scoring;

public class MeanScoreTests
{
    [Fact]
    public void Of_UngroupedValues_IsTheUsualStandardError()
    {
        var score = MeanScore.Of([1, 2, 3, 4]);
        Assert.Equal(2.5, score.Mean, 1e-15);
        Assert.Equal(Math.Sqrt(5 / 3.0 / 4), score.StandardError, 1e-14);
    }

    [Fact]
    public void Of_RepeatedRows_CountsEachPositionOnce()
    {
        var once = MeanScore.Of([1, 2, 3, 4]);
        var twice = MeanScore.Of([1, 1, 2, 2, 3, 3, 4, 4], [0, 0, 1, 1, 2, 2, 3, 3]);
        Assert.Equal(once.StandardError, twice.StandardError, 1e-14);
        Assert.True(MeanScore.Of([1, 1, 2, 2, 3, 3, 4, 4]).StandardError < once.StandardError);
    }

    [Fact]
    public void Of_Nothing_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => MeanScore.Of([]));
        Assert.Throws<ArgumentException>(() => MeanScore.Of([1, 2], [0]));
        Assert.Throws<ArgumentException>(() => MeanScore.OfDifference([1, 2], [0]));
    }
}
