using System.Text.Json.Nodes;

namespace FlowOde.Tests.Cli.Training;

/// <summary>A run that was stopped in any way goes on as if it had not been.</summary>
[Collection(TrainedRunsGroup.Name)]
public class ResumeTests(TrainedRuns runs)
{
    private static string[] Longer { get; } = ["--iterations", "400", "--validate-every", "20", "--hidden", "16,16", "--batch", "64", "--threads", "2", "--device", "cpu"];

    [Fact]
    public void Resume_AfterKillsAndAnInterrupt_EqualsTheRunThatWasNeverStopped()
    {
        using var folder = new TemporaryFolder();
        string whole = folder.File("whole"), stopped = folder.File("stopped");
        string[] train = ["train", runs.TableFile, .. Longer];
        using var undisturbed = FlowodeCommand.Start([.. train, "--run", whole]);
        var wholeResult = FlowodeCommand.Finish(undisturbed);
        Assert.True(wholeResult.Code == 0, wholeResult.Error);

        int cut = 40 + (Environment.TickCount % 60);
        using (var killed = FlowodeCommand.Start([.. train, "--run", stopped]))
        {
            FlowodeCommand.WaitForLog(killed, stopped, cut);
            killed.Kill();
            killed.WaitForExit();
        }

        Assert.False(File.Exists(Path.Combine(stopped, "report.json")), "the run ended before it could be killed; give it more iterations");
        using (var interrupted = FlowodeCommand.Start("train", "--resume", stopped))
        {
            FlowodeCommand.WaitForLog(interrupted, stopped, cut + 100);
            FlowodeCommand.Signal(interrupted, "INT");
            var result = FlowodeCommand.Finish(interrupted);
            Assert.True(result.Code == 130, $"code {result.Code} after cut {cut}: {result.Error}");
            Assert.Contains($"--resume {stopped}", result.Error, StringComparison.Ordinal);
        }

        using var last = FlowodeCommand.Start("train", "--resume", stopped);
        var end = FlowodeCommand.Finish(last);
        Assert.True(end.Code == 0, end.Error);
        Assert.True(File.ReadAllBytes(Path.Combine(whole, "model.safetensors")).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(stopped, "model.safetensors"))), $"the models differ after cut {cut}");
        Assert.Equal(Log(whole), Log(stopped));
        Assert.Equal(Report(whole, "nll"), Report(stopped, "nll"));
    }

    [Fact]
    public void Resume_OfACompleteRun_PrintsItsReportAgain()
    {
        var result = FlowodeCommand.Run("train", "--resume", runs.Table, "--json");
        Assert.Equal(0, result.Code);
        Assert.True(JsonNode.DeepEquals(runs.TableResult.Json, result.Json));
        Assert.Contains("complete", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_WithMoreIterations_GoesOn()
    {
        using var folder = new TemporaryFolder();
        string run = Copy(folder);
        Assert.Equal(0, FlowodeCommand.Run("train", "--resume", run, "--iterations", "20").Code);
        Assert.Equal(20, Log(run).Length);
        FlowodeCommand.Run("train", "--resume", run, "--iterations", "20").RequireRefusal(2, "20 iterations");
    }

    [Fact]
    public void Resume_WithoutItsReport_ScoresAndDrawsAgain()
    {
        using var folder = new TemporaryFolder();
        string run = Copy(folder);
        File.Delete(Path.Combine(run, "report.json"));
        File.Delete(Path.Combine(run, "pairs.png"));
        Assert.Equal(0, FlowodeCommand.Run("train", "--resume", run).Code);
        Assert.Equal(Report(runs.Table, "nll"), Report(run, "nll"));
        Assert.True(File.Exists(Path.Combine(run, "pairs.png")));
    }

    [Theory]
    [InlineData("--lr", "0.1")]
    [InlineData("--seed", "3")]
    [InlineData("--run", "elsewhere")]
    [InlineData("--preset", "fast")]
    public void Resume_WithOtherOptions_IsRefused(string option, string value) =>
        FlowodeCommand.Run("train", "--resume", runs.Table, option, value).RequireRefusal(2, option, "--minutes, --iterations and --threads");

    [Fact]
    public void Resume_WithChangedData_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string file = folder.WriteTable("data.csv"), run = folder.File("run");
        Assert.Equal(0, FlowodeCommand.Run(["train", file, "--run", run, .. TrainedRuns.Small]).Code);
        File.AppendAllText(file, "171,70,33\n");
        FlowodeCommand.Run("train", "--resume", run, "--iterations", "20").RequireRefusal(2, "changed", "data.csv");
    }

    [Fact]
    public void Resume_WhileAnotherProcessTrains_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run");
        using var busy = FlowodeCommand.Start(["train", runs.TableFile, "--run", run, "--iterations", "100000", .. Longer[2..]]);
        try
        {
            FlowodeCommand.WaitForLog(busy, run, 1);
            FlowodeCommand.Run("train", "--resume", run).RequireRefusal(2, "another process");
        }
        finally
        {
            busy.Kill();
            busy.WaitForExit();
        }
    }

    private string Copy(TemporaryFolder folder)
    {
        string run = folder.File("copy");
        Directory.CreateDirectory(run);
        foreach (string file in Directory.EnumerateFiles(runs.Table))
        {
            File.Copy(file, Path.Combine(run, Path.GetFileName(file)));
        }

        return run;
    }

    private static string Report(string run, string key) => JsonNode.Parse(File.ReadAllText(Path.Combine(run, "report.json")))![key]!.ToJsonString();

    private static string[] Log(string run) => [.. File.ReadLines(Path.Combine(run, "log.jsonl")).Select(line =>
    {
        var record = JsonNode.Parse(line)!.AsObject();
        record.Remove("seconds");
        record.Remove("peakMemory");
        return record.ToJsonString();
    })];
}
