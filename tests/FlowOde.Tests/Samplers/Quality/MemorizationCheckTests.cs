using FlowOde.Samplers.Quality;
using static TorchSharp.torch;

namespace FlowOde.Tests.Samplers.Quality;

public sealed class MemorizationCheckTests
{
    [Fact]
    public void Of_CopiesOfTrainingRows_FlagsThem()
    {
        using var scope = NewDisposeScope();
        var training = QualityRows.Normal(300, 4, 0);
        long[] copied = [.. Enumerable.Range(0, 50).Select(i => (long)(i * 7 % 300))];
        var score = MemorizationCheck.Of(training.index_select(0, tensor(copied)), training, QualityRows.Normal(200, 4, 1));
        Assert.Equal(0, score.Ratio);
        Assert.Equal(1, score.ShareNearer);
        Assert.Equal(1, score.CopyShare);
        Assert.True(score.PValue < 1e-10, $"p = {score.PValue}");
        Assert.All(score.Distances, distance => Assert.Equal(0, distance));
        Assert.Equal(copied.Select(row => (int)row), score.Nearest);
    }

    [Fact]
    public void Of_FewCopiesAmongNewRows_CountsThem()
    {
        using var scope = NewDisposeScope();
        var training = QualityRows.Normal(300, 4, 0);
        var score = MemorizationCheck.Of(cat([training[..30], QualityRows.Normal(70, 4, 2)]), training, QualityRows.Normal(400, 4, 1));
        Assert.InRange(score.CopyShare, 0.3, 0.36);
        Assert.True(score.PValue < 1e-3, $"p = {score.PValue}");
        Assert.InRange(score.Ratio, 0.4, 0.95);
    }

    [Fact]
    public void Of_NewRows_HasPValuesAsTheyAreStated()
    {
        using var scope = NewDisposeScope();
        MemorizationScore[] scores = [.. Enumerable.Range(0, 200).Select(i => MemorizationCheck.Of(QualityRows.Normal(40, 3, 1 + (3 * i)), QualityRows.Normal(60, 3, 2 + (3 * i)), QualityRows.Normal(50, 3, 3 + (3 * i))))];
        Assert.InRange(scores.Average(score => score.PValue), 0.44, 0.56); // uniform: ½ ± 3 · 0.29/√200
        Assert.InRange(scores.Count(score => score.PValue < 0.1), 7, 36);  // 20 ± 3.5 · 4.2, as two tests share a training set
        Assert.InRange(scores.Average(score => score.Ratio), 0.97, 1.05);
        Assert.InRange(scores.Average(score => score.ShareNearer), 0.48, 0.52);
        Assert.InRange(scores.Average(score => score.CopyShare), 0, 0.04);
    }

    [Fact]
    public void Of_ManyTrainingRows_FindsTheNearestOfAll()
    {
        using var scope = NewDisposeScope();
        var training = QualityRows.Normal(9000, 2, 0);
        var samples = QualityRows.Normal(600, 2, 1);
        var score = MemorizationCheck.Of(samples, training, QualityRows.Normal(20, 2, 2));
        foreach (int i in new[] { 0, 511, 512, 599 })
        {
            var (nearest, at) = (samples[i] - training).Squared().sum(1).sqrt().min(0);
            Assert.Equal(nearest.item<double>(), score.Distances[i], 1e-12);
            Assert.Equal(at.item<long>(), score.Nearest[i]);
        }

        Assert.Contains(score.Nearest, row => row >= 8192);
    }

    [Fact]
    public void Of_HeldOutRowsThatWereTrainedOn_IsRefused()
    {
        using var scope = NewDisposeScope();
        var training = QualityRows.Normal(30, 2, 0);
        Assert.Contains("Hold other rows out", Assert.Throws<ArgumentException>(() => MemorizationCheck.Of(training, training, training)).Message, StringComparison.Ordinal);
        Assert.Contains("of 3 and of 2 numbers", Assert.Throws<ArgumentException>(() => MemorizationCheck.Of(zeros(5, 3), training, training)).Message, StringComparison.Ordinal);
    }
}
