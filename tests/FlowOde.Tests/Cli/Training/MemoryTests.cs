using System.Text.Json.Nodes;

namespace FlowOde.Tests.Cli.Training;

/// <summary>Peak memory of one training step (batch 512) of a process of its own, against the number of solver steps.</summary>
public class MemoryTests
{
    private const double Megabyte = 1e6;

    [Fact]
    public void Backsolve_With640Steps_NeedsHardlyMoreThanWith10() =>
        Assert.InRange(Peak("backsolve", 640) - Peak("backsolve", 10), -30, 60);

    [Fact]
    public void Direct_GrowsLinearlyWithTheSteps()
    {
        double[] peaks = [.. new[] { 10, 20, 40, 80 }.Select(steps => Peak("direct", steps))];
        double slope = (peaks[3] - peaks[0]) / 70;
        Assert.InRange(slope, 5, 12); // six tapes of 1.2 MB a step
        Assert.InRange((peaks[1] - peaks[0]) / 10, 0.75 * slope, 1.25 * slope);
        Assert.InRange((peaks[2] - peaks[1]) / 20, 0.85 * slope, 1.15 * slope);
    }

    [Theory]
    [InlineData(50, 1, 1)]
    [InlineData(150, 1, 1)]
    [InlineData(150, 4, 1)]
    [InlineData(150, 1, 2)]
    public void Auto_StaysWithinItsBudget(int budget, int blocks, int threads)
    {
        // Besides the tapes' own memory there are handles to it (5 %) and the state vectors and scratch of each solve (15 MB a thread at most).
        string[] model = ["--blocks", $"{blocks}", "--threads", $"{threads}"];
        double floor = Peak("backsolve", 10, model), auto = Peak("auto", 80, [.. model, "--adjoint-memory", $"{budget}MB"]);
        Assert.InRange(auto - floor, 0.5 * budget, (1.05 * budget) + (15 * threads));
    }

    /// <summary>The most resident memory after the first iteration, in MB.</summary>
    private static double Peak(string adjoint, int steps, params string[] more)
    {
        using var folder = new TemporaryFolder();
        var result = FlowodeCommand.Finish(FlowodeCommand.Start(
            ["train", "8gaussians", "--iterations", "1", "--steps", $"{steps}", "--adjoint", adjoint, .. more.Contains("--threads") ? more : ["--threads", "1", .. more], "--run", folder.File("run")]));
        Assert.True(result.Code == 0, result.Error);
        return JsonNode.Parse(File.ReadLines(folder.File("run/log.jsonl")).First())!["peakMemory"]!.GetValue<long>() / Megabyte;
    }
}
