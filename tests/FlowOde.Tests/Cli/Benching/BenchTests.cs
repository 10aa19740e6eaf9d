using FlowOde.Cli.Failures;

namespace FlowOde.Tests.Cli.Benching;

/// <summary><c>bench</c>: counts that are known, parts that add up, reports that can be compared.</summary>
[Collection(TrainedRunsGroup.Name)]
public class BenchTests(TrainedRuns runs)
{
    private static readonly string[] _quick = ["--seconds", "0.01", "--threads", "1", "--device", "cpu", "--hidden", "20,20", "--batch", "64"];

    [Theory]
    [InlineData("hutchinson", "1")]
    [InlineData("exact", "2")]
    public void Bench_OfConstantSteps_CountsEvaluationsAndAddsUpItsParts(string trace, string threads)
    {
        var result = FlowodeCommand.Run(["bench", "moons", "--solver", "rk4", "--steps", "3", "--json", .. _quick[..2], "--threads", threads, .. _quick[4..], "--trace", trace]);
        Assert.True(result.Code == ExitCode.Done, result.Error);
        Assert.Equal(12, result.Number("training", "nfeForward"));
        Assert.Equal(12, result.Number("training", "nfeBackward"));
        Assert.Equal(3, result.Number("training", "acceptedSteps"));
        double shares = 0;
        foreach (string part in (string[])["network", "solver", "optimizer", "data"])
        {
            Assert.InRange(result.Number("shares", part), 0, 1);
            shares += result.Number("shares", part);
        }

        Assert.Equal(1, shares, 1e-3);
        foreach (string half in (string[])["forward", "pullback", "parameters"])
        {
            Assert.Equal(12, result.Number("evaluation", half, "callsAStep"));
            Assert.InRange(result.Number("evaluation", half, "managedBytes"), 0, 8); // nothing: what a counter of the runtime takes is spread over the calls
            Assert.InRange(result.Number("evaluation", half, "shareOfLimit"), 1e-6, 2);
        }

        double[] halves = [.. new[] { "forward", "pullback", "parameters", "forwardAndBack" }.Select(part => result.Number("evaluation", part, "milliseconds"))];
        Assert.Equal(halves[..3].Sum(), halves[3], 2e-3 * halves[3]);
        double network = result.Number("shares", "networkMilliseconds"), solver = result.Number("shares", "solverMilliseconds");
        Assert.Equal((network + solver) / 3, result.Number("solverStep", "milliseconds"), 2e-3 * (network + solver));
        Assert.Equal(solver / 3, result.Number("solverStep", "bookkeepingMilliseconds"), 2e-3 * solver);
        Assert.True(result.Number("training", "bestMilliseconds") <= result.Number("training", "milliseconds"));
        Assert.InRange(result.Number("training", "peakBytes"), 1 << 24, 1L << 34);
        Assert.InRange(result.Number("machine", "gigaflopsLimit"), 0.1, 1e5);
    }

    /// <summary>Operations and time give the rate: 2 · products · rows · (1 + tangents) for each of the three jobs.</summary>
    [Fact]
    public void Bench_OfAKnownNetwork_CountsItsOperations()
    {
        var result = FlowodeCommand.Run(["bench", "moons", "--steps", "2", "--json", .. _quick, "--trace", "exact"]);
        double operations = 2.0 * ((2 * 20) + (20 * 20) + (20 * 2)) * 64 * 3;
        double expected = operations / result.Number("evaluation", "forward", "milliseconds") / 1e6;
        Assert.Equal(expected, result.Number("evaluation", "forward", "gigaflops"), 0.01 * expected);
    }

    [Fact]
    public void Bench_AgainstAnEarlierReport_PairsNumbersAndNamesSettings()
    {
        using var folder = new TemporaryFolder();
        string then = folder.File("then.json");
        Assert.Equal(ExitCode.Done, FlowodeCommand.Run(["bench", "moons", "--steps", "2", "--out", then, .. _quick]).Code);
        var now = FlowodeCommand.Run(["bench", "moons", "--steps", "4", "--against", then, "--json", .. _quick]);
        var comparison = now.Json["against"]!;
        Assert.Equal("steps", Assert.Single(comparison["settings"]!.AsArray())!.GetValue<string>());
        var pair = comparison["pairs"]!.AsArray().Single(entry => entry!["path"]!.GetValue<string>() == "training.nfeForward")!;
        Assert.Equal(13, pair["then"]!.GetValue<double>());
        Assert.Equal(25, pair["now"]!.GetValue<double>());
        Assert.Equal(13 / 25.0, pair["ratio"]!.GetValue<double>(), 1e-12);
        string text = FlowodeCommand.Run(["bench", "moons", "--steps", "4", "--against", then, .. _quick]).Out;
        Assert.Contains("Settings that differ", text, StringComparison.Ordinal);
        Assert.Contains("evaluations forward", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Bench_OfARun_MeasuresItsModelAndChangesNothing()
    {
        byte[] before = File.ReadAllBytes(Path.Combine(runs.Toy, "model.safetensors"));
        var result = FlowodeCommand.Run("bench", runs.Toy, "--seconds", "0.01", "--json", "--rtol", "1e-7", "--atol", "1e-7", "--dtype", "float64", "--warm-start", "off");
        Assert.True(result.Code == ExitCode.Done, result.Error);
        Assert.Equal(runs.Toy, result.Json["run"]!.GetValue<string>());
        var scale = FlowodeCommand.Run("bench", "moons", "--seconds", "0.01", "--json", "--rtol", "1e-7", "--atol", "1e-7", "--dtype", "float64", "--warm-start", "off", "--threads", "1", "--hidden", "6", "--batch", "32", "--last-layer-scale", "8");
        Assert.True(scale.Number("training", "nfeForward") > result.Number("training", "nfeForward"));
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(runs.Toy, "model.safetensors")));
    }

    [Fact]
    public void Bench_WithWarmStart_NeedsFewerEvaluations()
    {
        string[] bench = ["bench", "moons", "--json", "--rtol", "1e-4", "--atol", "1e-4", "--last-layer-scale", "8", .. _quick];
        Assert.True(FlowodeCommand.Run([.. bench, "--warm-start", "on"]).Number("training", "nfeForward") < FlowodeCommand.Run([.. bench, "--warm-start", "off"]).Number("training", "nfeForward"));
    }

    [Fact]
    public void Bench_OfWhatCannotBe_SaysSoInOneLine()
    {
        using var folder = new TemporaryFolder();
        FlowodeCommand.Run("bench", "moons", "--against", folder.File("none.json")).RequireRefusal(ExitCode.Usage, "--against", "none.json");
        FlowodeCommand.Run("bench", "moons", "--against", folder.Write("other.json", "{\"kind\": 3}")).RequireRefusal(ExitCode.Usage, "no report of `flowode bench`");
        FlowodeCommand.Run("bench", "moons", "--against", folder.Write("broken.json", "{\"kind\":")).RequireRefusal(ExitCode.Usage, "cannot be read");
        FlowodeCommand.Run("bench", "moons", "--seconds", "0").RequireRefusal(ExitCode.Usage, "--seconds");
        FlowodeCommand.Run("bench", "moons", "--out", folder.Path).RequireRefusal(ExitCode.Usage, "that is a folder");
        FlowodeCommand.Run("bench", "nothing-of-this-name").RequireRefusal(ExitCode.Usage, "nothing-of-this-name");
        FlowodeCommand.Run("bench", runs.Toy, "--hidden", "3").RequireRefusal(ExitCode.Usage, "--hidden cannot be given with the run");
        FlowodeCommand.Run(["bench", "moons", "--rtol", "1e-6", "--atol", "1e-6", "--max-steps", "1", .. _quick]).RequireRefusal(ExitCode.Failed, "fails");
    }
}
