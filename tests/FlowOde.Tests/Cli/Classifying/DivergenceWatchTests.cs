using FlowOde.Cli.Classifying;

namespace FlowOde.Tests.Cli.Classifying;

public sealed class DivergenceWatchTests
{
    [Fact]
    public void Look_OfALossThatGrows_SpeaksOnce()
    {
        var watch = new DivergenceWatch();
        int[] spoken = [.. Enumerable.Range(0, 60).Where(i => watch.Look(2.3 * Math.Pow(1.1, i)) is not null)];
        Assert.InRange(Assert.Single(spoken), 10, 25); // the mean of recent losses lags by about five iterations behind 1.1^i = 3
    }

    [Fact]
    public void Look_OfALossThatOnlyJumps_SaysNothing()
    {
        var watch = new DivergenceWatch();
        var random = new Random(3);
        for (int i = 0; i < 500; i++)
        {
            Assert.Null(watch.Look(i % 50 == 20 ? 20 : (2.3 * Math.Exp(-i / 100.0)) + (0.3 * random.NextDouble())));
            Assert.Null(watch.Look(double.NaN));
        }
    }

    [Theory]
    [InlineData("msa", "Take --optimizer e-msa")]
    [InlineData("e-msa", "Raise --penalty", "--penalty", "1e-6")]
    public void Classify_ByOptimalControlThatDiverges_SaysWhatToDo(string optimizer, string advice, params string[] more)
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run(["classify", "iris", "--label", "species", "--architecture", "resnet", "--depth", "4", "--channels", "8", "--optimizer", optimizer, "--lr", "5", "--iterations", "10", "--run", folder.File("run"), .. more]);
        Assert.Contains("the loss has grown from", result.Error, StringComparison.Ordinal);
        Assert.Contains("successive approximations diverge", result.Error, StringComparison.Ordinal);
        Assert.Contains(advice, result.Error, StringComparison.Ordinal);
        Assert.Contains("the loss has grown from", File.ReadAllText(folder.File("run/log.jsonl")), StringComparison.Ordinal);
    }
}
