using System.Text.Json.Nodes;

namespace FlowOde.Tests.Cli.Training;

public class ThreadTests
{
    [Fact]
    public void Nll_WithAnotherNumberOfThreads_AgreesWithinAHundredth()
    {
        using var folder = new TemporaryFolder();
        double Test(int threads)
        {
            string run = folder.File($"run{threads}");
            var result = FlowodeCommand.Run("train", "earthquakes", "--iterations", "40", "--hidden", "32,32", "--seed", "3", "--threads", $"{threads}", "--run", run);
            Assert.True(result.Code == 0, result.Error);
            return JsonNode.Parse(File.ReadAllText(Path.Combine(run, "report.json")))!["nll"]!["test"]!["mean"]!.GetValue<double>();
        }

        double one = Test(1), two = Test(2);
        Assert.Equal(one, two, 0.01);
    }
}
