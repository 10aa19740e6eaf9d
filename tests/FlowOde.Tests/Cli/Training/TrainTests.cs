using System.Text.Json.Nodes;

namespace FlowOde.Tests.Cli.Training;

/// <summary>What a run leaves, and that it repeats bit for bit.</summary>
[Collection(TrainedRunsGroup.Name)]
public class TrainTests(TrainedRuns runs)
{
    [Fact]
    public void Train_OnATable_WritesEveryFileAndPrintsItsReport()
    {
        string[] files = ["config.json", "log.jsonl", "loss.png", "model.safetensors", "pairs.png", "report.json", "state.safetensors"];
        Assert.Equal(files, Directory.EnumerateFiles(runs.Table).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        Assert.True(JsonNode.DeepEquals(runs.TableResult.Json, JsonNode.Parse(File.ReadAllText(Path.Combine(runs.Table, "report.json")))));
        Assert.Equal(12, File.ReadLines(Path.Combine(runs.Table, "log.jsonl")).Count());
        foreach (string part in (string[])["train", "validation", "test"])
        {
            Assert.True(double.IsFinite(runs.TableResult.Number("nll", part, "mean")));
            Assert.True(runs.TableResult.Number("nll", part, "standardError") > 0);
        }
    }

    [Fact]
    public void Train_OnAToy_ReportsTheDivergenceAsNllLessEntropy()
    {
        // Both are means over the same points: −log p − (−log p_true), whose mean is the toy's entropy within its error.
        double entropy = FlowodeCommand.Run("data", "info", "moons", "--json").Number("entropy");
        double difference = runs.ToyResult.Number("nll", "test", "mean") - runs.ToyResult.Number("kl", "mean") - entropy;
        Assert.InRange(Math.Abs(difference), 0, 0.05); // five standard errors of the entropy over 10,000 points
        Assert.True(runs.ToyResult.Number("kl", "mean") > 0);
        Assert.True(File.Exists(Path.Combine(runs.Toy, "figure.png")));
    }

    [Fact]
    public void Train_WithTheSameSeed_RepeatsBitForBit()
    {
        using var folder = new TemporaryFolder();
        string again = folder.File("table-run");
        Assert.Equal(0, FlowodeCommand.Run(["train", runs.TableFile, "--run", again, .. TrainedRuns.Small]).Code);
        foreach (string file in (string[])["model.safetensors", "pairs.png", "loss.png"])
        {
            Assert.True(File.ReadAllBytes(Path.Combine(runs.Table, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(again, file))), $"{file} differs");
        }

        Assert.True(JsonNode.DeepEquals(Timeless(runs.Table), Timeless(again)));
    }

    [Fact]
    public void Train_WithTheReportsPlan_RepeatsARun()
    {
        using var folder = new TemporaryFolder();
        string[] small = [.. TrainedRuns.Small.Where(word => word is not ("--iterations" or "12"))];
        Assert.Equal(0, FlowodeCommand.Run(["train", runs.TableFile, "--run", folder.File("timed"), "--minutes", "0.01", .. small]).Code);
        Assert.Equal(0, FlowodeCommand.Run(["train", runs.TableFile, "--run", folder.File("planned"), "--plan", folder.File("timed/report.json"), .. small]).Code);
        string Of(string run, string key) => JsonNode.Parse(File.ReadAllText(folder.File($"{run}/report.json")))![key]!.ToJsonString();
        Assert.Equal(Of("timed", "iterations"), Of("planned", "iterations"));
        Assert.Equal(Of("timed", "nll"), Of("planned", "nll"));
    }

    [Fact]
    public void Validation_OfTrainingWithConstantSteps_DoesNotTrustThem()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("coarse");
        string[] options = ["--solver", "euler", "--steps", "1", "--trace", "exact", "--average", "0", "--lr", "0.05", "--warmup", "0", "--iterations", "10", "--validate-every", "10", "--hidden", "8", "--batch", "64", "--threads", "1", "--device", "cpu"];
        var result = FlowodeCommand.Run(["train", "iris", "--run", run, "--json", .. options]);
        Assert.True(result.Code == 0, result.Error);
        var last = JsonNode.Parse(File.ReadLines(Path.Combine(run, "log.jsonl")).Last())!;
        double validation = last["validation"]!["score"]!.GetValue<double>(), reported = result.Number("nll", "validation", "mean");
        Assert.Equal(reported, validation, 1e-3); // one at 1e-4 in float32, one at 1e-6 in float64; one Euler step is off by more than 0.01
    }

    [Fact]
    public void Config_OfEveryLayer_IsOverriddenByTheNext()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("my.json", """{ "lr": 0.004, "hidden": [5, 5], "batch": 16, "iterations": 3 }""");
        var result = FlowodeCommand.Run("train", runs.TableFile, "--run", folder.File("run"), "--preset", "fast", "--config", file, "--batch", "20");
        Assert.True(result.Code == 0, result.Error);
        var settings = JsonNode.Parse(File.ReadAllText(folder.File("run/config.json")))!["settings"]!;
        Assert.Equal(
            ("bosh3", 0.004, "[5,5]", 20, 3, false, "sine"),
            (settings["solver"]!.GetValue<string>(), settings["lr"]!.GetValue<double>(), settings["hidden"]!.ToJsonString(), settings["batch"]!.GetValue<int>(), settings["iterations"]!.GetValue<int>(), settings["minutes"] is not null, settings["activation"]!.GetValue<string>()));
    }

    [Fact]
    public void Config_WithAnUnknownKey_NamesTheNearest()
    {
        using var folder = new TemporaryFolder();
        FlowodeCommand.Run("train", "moons", "--config", folder.Write("my.json", """{ "learning": 1, "hiden": [3] }""")).RequireRefusal(2, "'learning'", "my.json");
        FlowodeCommand.Run("train", "moons", "--config", folder.Write("my.json", """{ "hiden": [3] }""")).RequireRefusal(2, "Did you mean 'hidden'?");
        FlowodeCommand.Run("train", "moons", "--config", folder.Write("my.json", """{ "lr": """)).RequireRefusal(2, "my.json");
    }

    [Fact]
    public void Train_WhenNoSolveSucceeds_EndsWithOneAndSavesTheState()
    {
        using var folder = new TemporaryFolder();
        string[] small = [.. TrainedRuns.Small, "--max-steps", "1"];
        small[1] = "1000";
        var result = FlowodeCommand.Run(["train", runs.TableFile, "--run", folder.File("run"), .. small]);
        result.RequireRefusal(1, "failed", "--lr");
        Assert.True(File.Exists(folder.File("run/state.safetensors")));
    }

    [Fact]
    public void Train_WithTableOptions_ReadsTheTableSo()
    {
        using var folder = new TemporaryFolder();
        var lines = File.ReadLines(runs.TableFile).Skip(1).Select((line, i) => $"{line.Replace(',', ';')};{(i == 5 ? "?" : "1.5")};{i % 3}");
        string file = folder.Write("odd.csv", string.Join('\n', lines));
        string[] options = ["--header", "no", "--delimiter", "semicolon", "--missing", "drop", "--label", "5", "--drop", "4"];
        var result = FlowodeCommand.Run(["train", file, "--run", folder.File("run"), "--json", .. TrainedRuns.Small, .. options]);
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(3, result.Number("dimension"));
    }

    private static JsonObject Timeless(string run)
    {
        var report = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "report.json")))!.AsObject();
        foreach (string name in (string[])["run", "seconds", "trainingSeconds", "pictures"])
        {
            report.Remove(name);
        }

        return report;
    }
}
