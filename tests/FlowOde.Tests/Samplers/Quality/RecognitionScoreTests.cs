using FlowOde.Samplers.Quality;

namespace FlowOde.Tests.Samplers.Quality;

public sealed class RecognitionScoreTests
{
    [Theory]
    [InlineData(8, 10, 0.49016, 0.94332)]
    [InlineData(0, 10, 0, 0.27753)]
    [InlineData(10, 10, 0.72247, 1)]
    [InlineData(500, 1000, 0.46907, 0.53093)]
    public void Proportion_OfCounts_HasTheIntervalOfWilson(int successes, int trials, double low, double high)
    {
        var proportion = new Proportion(successes, trials);
        Assert.Equal((double)successes / trials, proportion.Share);
        Assert.Equal(low, proportion.Low, 1e-5);
        Assert.Equal(high, proportion.High, 1e-5);
    }

    [Theory]
    [InlineData(0.03)]
    [InlineData(0.5)]
    [InlineData(0.98)]
    public void Proportion_OfBinomialCounts_CoversTheirChanceNinetyFiveTimesInAHundred(double chance)
    {
        const int Trials = 200;
        double covered = 0, logWeight = Trials * Math.Log(1 - chance);
        for (int k = 0; k <= Trials; k++)
        {
            var proportion = new Proportion(k, Trials);
            covered += proportion.Low <= chance && chance <= proportion.High ? Math.Exp(logWeight) : 0;
            logWeight += Math.Log((Trials - k) / (k + 1.0) * chance / (1 - chance));
        }

        Assert.InRange(covered, 0.93, 0.98);
    }

    [Fact]
    public void Of_IntendedAndRecognisedClasses_CountsThoseThatAgree()
    {
        var score = RecognitionScore.Of([0, 0, 1, 1, 1, 3], [0, 1, 1, 1, 7, 3], 4);
        Assert.Equal((4L, 6L), (score.All.Successes, score.All.Trials));
        Assert.Equal([1L, 2, null, 1], score.ByClass.Select(part => part?.Successes));
        Assert.Equal([2L, 3, null, 1], score.ByClass.Select(part => part?.Trials));
    }

    [Fact]
    public void Arguments_ThatDoNotFit_SayWhat()
    {
        void Says(string text, Action action) => Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
        Says("2 intended and 1 recognised", () => RecognitionScore.Of([0, 1], [0], 2));
        Says("0 intended", () => RecognitionScore.Of([], [], 2));
        Says("Sample 1 was drawn for class 2", () => RecognitionScore.Of([0, 2], [0, 1], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Proportion(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Proportion(0, 0));
    }
}
