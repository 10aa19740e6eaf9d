using System.Text.Json.Nodes;

namespace FlowOde.Tests.Cli.Measuring;

/// <summary>Sweeps of tiny models: what they write, how they go on, and what they say of points that cannot be measured.</summary>
[Collection(TrainedRunsGroup.Name)]
public class MemoryVerbTests(TrainedRuns runs)
{
    private static readonly string[] _tiny = ["--hidden", "8", "--batch", "16"];

    [Fact]
    public void Memory_OfASweep_WritesItAndGoesOnWithoutMeasuringAgain()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["memory", "moons", "--adjoints", "direct,binomial:3", "--steps", "4,2", "--json", "--out", folder.File("sweep"), .. _tiny];
        var first = FlowodeCommand.Run(line);
        Assert.True(first.Code == 0, first.Error);
        var points = first.Json["points"]!.AsArray();
        Assert.Equal(["direct 2", "binomial:3 2", "direct 4", "binomial:3 4"], points.Select(point => $"{point!["adjoint"]} {point["steps"]}"));
        Assert.All(points, point =>
        {
            Assert.Equal("finished", point!["status"]!.GetValue<string>());
            Assert.True(point["gradientError"]!.GetValue<double>() is > 0 and < 1e-5, $"error {point["gradientError"]}");
            Assert.InRange(point["peakBytes"]!.GetValue<long>(), 1, 50 << 20);
            Assert.Equal((6 * point["steps"]!.GetValue<int>()) + 1, point["nfeForward"]!.GetValue<int>());
        });
        foreach (string name in new[] { "points.jsonl", "memory.json", "memory.csv", "memory.png", "memory.svg" })
        {
            Assert.True(new FileInfo(folder.File($"sweep/{name}")).Length > 100, name);
        }

        Assert.Equal(5, File.ReadAllLines(folder.File("sweep/memory.csv")).Length);
        byte[] measured = File.ReadAllBytes(folder.File("sweep/points.jsonl"));
        var again = FlowodeCommand.Run([.. line, "--quiet"]);
        Assert.Equal(0, again.Code);
        Assert.Equal(measured, File.ReadAllBytes(folder.File("sweep/points.jsonl")));
        Assert.Equal(first.Out, again.Out);
    }

    [Fact]
    public void Memory_AfterAKillInTheMiddleOfALine_MeasuresThatPointAgain()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["memory", "moons", "--adjoints", "direct", "--steps", "2,3", "--out", folder.File("sweep"), .. _tiny];
        Assert.Equal(0, FlowodeCommand.Run(line).Code);
        string[] whole = File.ReadAllLines(folder.File("sweep/points.jsonl"));
        File.WriteAllText(folder.File("sweep/points.jsonl"), $"{whole[0]}\n{whole[1][..40]}");
        var again = FlowodeCommand.Run(line);
        Assert.True(again.Code == 0, again.Error);
        Assert.Contains("1 of 2 points were measured before", again.Error, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(folder.File("sweep/points.jsonl"));
        Assert.Equal(2, lines.Length);
        Assert.Equal(whole[0], lines[0]);
        Assert.Equal(3, JsonNode.Parse(lines[1])!["steps"]!.GetValue<int>());
    }

    [Fact]
    public void Memory_OfAPointOverTheLimit_ReportsItAndGoesOn()
    {
        // 8,192 rows take 19 MB a tape and 38 MB a step, on top of the 180 MB of a process that has loaded libtorch.
        using var folder = new TemporaryFolder();
        string[] line = ["memory", "moons", "--adjoints", "direct,backsolve", "--solvers", "midpoint", "--steps", "2,8,16", "--batch", "8192", "--hidden", "64,64,64", "--repeat-seconds", "0", "--json", "--out", folder.File("sweep")];
        var result = FlowodeCommand.Run([.. line, "--max-memory", "450MB"]);
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(
            ["direct 2 finished", "backsolve 2 finished", "direct 8 over-memory", "backsolve 8 finished", "backsolve 16 finished"],
            result.Json["points"]!.AsArray().Select(point => $"{point!["adjoint"]} {point["steps"]} {point["status"]}"));
        var killed = result.Json["points"]![2]!;
        Assert.InRange(killed["residentBytes"]!.GetValue<long>(), 450L << 20, 1500L << 20);
        Assert.Equal(killed["residentBytes"]!.GetValue<long>() - killed["baselineBytes"]!.GetValue<long>(), killed["peakBytes"]!.GetValue<long>());
        Assert.Contains("direct, midpoint, 16 steps of 8192 rows: not run", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("measured before", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_WhereNothingFits_FailsAndMeasuresWithAHigherLimit()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["memory", "moons", "--adjoints", "direct,backsolve", "--steps", "2", "--out", folder.File("sweep"), .. _tiny];
        var result = FlowodeCommand.Run([.. line, "--max-memory", "20MB"]);
        Assert.True(result.Code == 1, result.Error);
        Assert.Contains(">limit", result.Out, StringComparison.Ordinal);
        Assert.Contains("2 of 2 points were measured before", FlowodeCommand.Run([.. line, "--max-memory", "20MB"]).Error, StringComparison.Ordinal);
        Assert.Equal(0, FlowodeCommand.Run([.. line, "--max-memory", "1GB"]).Code);
        Assert.Equal(4, File.ReadAllLines(folder.File("sweep/points.jsonl")).Length);
    }

    [Fact]
    public void Memory_OfAProcessThatFails_ReportsItsLastWordsAndGoesOn()
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run(["memory", "moons", "--adjoints", "auto,direct", "--adjoint-memory", "1B", "--steps", "2", "--json", "--out", folder.File("sweep"), .. _tiny]);
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(["failed", "finished"], result.Json["points"]!.AsArray().Select(point => point!["status"]!.GetValue<string>()));
        Assert.Contains("budget", result.Json["points"]![0]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_OfAPointThatTakesTooLong_ReportsIt()
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run(["memory", "moons", "--adjoints", "direct", "--steps", "2", "--max-minutes", "0.001", "--out", folder.File("sweep"), .. _tiny]);
        Assert.True(result.Code == 1, result.Error);
        Assert.Contains("not done after 0.06 s", result.Error, StringComparison.Ordinal);
        Assert.Contains("too long", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_OfARun_MeasuresItsModel()
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run("memory", runs.Table, "--adjoints", "backsolve", "--steps", "3", "--json", "--out", folder.File("sweep"));
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(6, result.Json["points"]![0]!["hidden"]![0]!.GetValue<int>());
        Assert.Equal(32, result.Json["points"]![0]!["batch"]!.GetValue<int>());
        Assert.Equal(runs.Table, result.Json["run"]!.GetValue<string>());
        FlowodeCommand.Run("memory", runs.Table, "--widths", "3", "--out", folder.File("other")).RequireRefusal(2, "--widths", "run");
        FlowodeCommand.Run("memory", runs.Table, "--hidden", "3", "--out", folder.File("other")).RequireRefusal(2, "--hidden", "run");
        FlowodeCommand.Run("memory", runs.Table, "--out", runs.Table).RequireRefusal(2, "--out", "points.jsonl");
    }

    [Fact]
    public void Memory_Interrupted_KeepsWhatIsMeasured()
    {
        using var folder = new TemporaryFolder();
        var process = FlowodeCommand.Start("memory", "moons", "--adjoints", "backsolve", "--steps", "2,100000", "--out", folder.File("sweep"), "--hidden", "8", "--batch", "16");
        string points = folder.File("sweep/points.jsonl");
        for (int i = 0; i < 1000 && !process.HasExited && !(File.Exists(points) && new FileInfo(points).Length > 0); i++)
        {
            Thread.Sleep(50);
        }

        FlowodeCommand.Signal(process, "INT");
        var result = FlowodeCommand.Finish(process);
        Assert.True(result.Code == 130, $"{result.Code}: {result.Error}");
        Assert.Contains("Stopping", result.Error, StringComparison.Ordinal);
        Assert.Contains(JsonNode.Parse(File.ReadLines(points).Single())!["status"]!.GetValue<string>(), "finished", StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("sweep/memory.csv")), "no table of what was measured");
    }

    [Theory]
    [InlineData("--adjoints direkt", "direkt", "Did you mean 'direct'?")]
    [InlineData("--adjoints direct:4", "takes no number")]
    [InlineData("--adjoints binomial:0", "binomial:0")]
    [InlineData("--max-memory 12", "--max-memory 12", "4GB")]
    [InlineData("--adjoints reversible --solvers dopri5", "reversible", "dopri5", "coupled-dopri5")]
    [InlineData("--adjoints direct,,auto", "blank")]
    [InlineData("--solvers dopri6", "Did you mean 'dopri5'?")]
    [InlineData("--steps 0", "--steps", "0", "from 1")]
    [InlineData("--steps 10,x", "--steps", "x")]
    [InlineData("--batch -1", "--batch")]
    [InlineData("--widths 0", "--widths")]
    [InlineData("--max-memory lots", "--max-memory", "lots")]
    [InlineData("--max-minutes 0", "--max-minutes")]
    [InlineData("--repeat-seconds -1", "--repeat-seconds", "-1")]
    [InlineData("--seed 1 --seed 2", "--seed", "single")]
    [InlineData("--threads 0", "--threads", "at least 1")]
    [InlineData("--adjoint-memory many", "--adjoint-memory", "many")]
    [InlineData("--hidden none --widths 3", "--widths", "hidden layers")]
    [InlineData("--adjoint direct", "--adjoint", "Did you mean '--adjoints'?")]
    public void Memory_WithNonsense_SaysWhatAndWritesNothing(string options, params string[] facts)
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Run(["memory", "moons", .. options.Split(' '), "--out", folder.File("sweep")]);
        result.RequireRefusal(2, facts);
        Assert.Empty(result.Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("{\"key\": \"a\"")]
    [InlineData("[1]")]
    [InlineData("{\"key\": \"a\", \"group\": \"b\", \"adjoint\": \"direct\", \"solver\": \"dopri5\", \"steps\": \"many\", \"batch\": 1, \"hidden\": [1], \"status\": \"failed\"}")]
    public void Memory_WithAnUnreadablePoint_NamesItsLine(string line)
    {
        using var folder = new TemporaryFolder();
        folder.Write("points.jsonl", line + "\n");
        FlowodeCommand.Run("memory", "moons", "--adjoints", "direct", "--steps", "2", "--out", folder.Path).RequireRefusal(2, "points.jsonl, line 1", "Remove");
        Assert.Equal(line + "\n", File.ReadAllText(folder.File("points.jsonl")));
    }

    [Fact]
    public void Memory_IntoAFolderOfSomethingElse_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("thesis.txt", "important");
        FlowodeCommand.Run("memory", "moons", "--adjoints", "direct", "--steps", "2", "--out", folder.Path).RequireRefusal(2, "--out", "points.jsonl");
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("[]", "no object")]
    [InlineData("{}", "data")]
    [InlineData("{\"data\": \"moons\"}", "settings")]
    [InlineData("{\"data\": \"moons\", \"settings\": {\"steps\": 3}}", "has no 'blocks'")]
    [InlineData("{\"data\": 3, \"settings\": {}}", "cannot be read")]
    [InlineData("{\"data\": \"moons\", \"settings\": {\"step\": 3}}", "Did you mean 'steps'?")]
    public void Measure_WithABrokenJob_IsRefused(string job, string fact) => FlowodeCommand.Run("measure", job).RequireRefusal(2, fact);

    [Fact]
    public void Help_DoesNotListMeasure()
    {
        Assert.DoesNotContain("measure ", FlowodeCommand.Run("--help").Out, StringComparison.Ordinal);
        Assert.Contains("memory ", FlowodeCommand.Run("--help").Out, StringComparison.Ordinal);
        Assert.DoesNotContain("measure,", FlowodeCommand.Run("measurre").Error, StringComparison.Ordinal);
    }
}
