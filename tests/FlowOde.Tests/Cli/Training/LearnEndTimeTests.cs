using System.Text.Json.Nodes;

namespace FlowOde.Tests.Cli.Training;

/// <summary><c>--learn-end-time</c>: the data time moves, is reported, and everything that reads a model uses it.</summary>
[Collection(TrainedRunsGroup.Name)]
public class LearnEndTimeTests(TrainedRuns runs)
{
    [Fact]
    public void Train_WithALearnedEndTime_MovesItAndReportsIt()
    {
        using var folder = new TemporaryFolder();
        string[] train = ["train", "moons", "--run", folder.File("run"), "--learn-end-time", "--lr", "0.05", "--warmup", "0", "--json", .. TrainedRuns.Small];
        var result = FlowodeCommand.Run(train);
        Assert.True(result.Code == 0, result.Error);
        double learned = Assert.Single(result.Json["dataTimes"]!.AsArray())!.GetValue<double>();
        Assert.True(Math.Abs(learned - 1) > 1e-3, $"the end time stayed at {learned:R}");
        Assert.Null(runs.ToyResult.Json["dataTimes"]);

        // The report's score comes from the model in memory; scoring the saved one uses the learned time too.
        var samples = FlowodeCommand.Run(["sample", folder.File("run"), "--count", "20", "--out", folder.File("s.csv")]);
        Assert.True(samples.Code == 0, samples.Error);
        var scored = FlowodeCommand.Run(["score", folder.File("run"), folder.File("s.csv"), "--json"]);
        Assert.True(scored.Code == 0, scored.Error);
        var resumed = FlowodeCommand.Run(["train", "--resume", folder.File("run"), "--iterations", "14", "--json"]);
        Assert.True(resumed.Code == 0, resumed.Error);
        Assert.NotEqual(learned, Assert.Single(resumed.Json["dataTimes"]!.AsArray())!.GetValue<double>());
        Assert.Equal("true", JsonNode.Parse(File.ReadAllText(folder.File("run/config.json")))!["settings"]!["learn-end-time"]!.ToJsonString());
    }
}
