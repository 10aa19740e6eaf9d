using System.Text.Json.Nodes;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Settings;

namespace FlowOde.Tests.Cli.Measuring;

/// <summary>Peak memory of one gradient (batch 512, three layers of 64) in a process of its own, against the number of solver steps.</summary>
public class MemoryTests
{
    private const double Megabyte = 1 << 20;

    [Fact]
    public void Backsolve_With640Steps_NeedsHardlyMoreThanWith10() => Assert.InRange(Peak("backsolve", "midpoint", 640) - Peak("backsolve", "midpoint", 10), -3, 3);

    [Fact]
    public void Direct_GrowsLinearlyWithTheSteps()
    {
        double[] peaks = [.. new[] { 5, 10, 20, 40 }.Select(steps => Peak("direct", "dopri5", steps))];
        double slope = (peaks[3] - peaks[0]) / 35;
        Assert.InRange(slope, 5, 10); // six tapes of 1.2 MB a step
        Assert.InRange((peaks[1] - peaks[0]) / 5, 0.9 * slope, 1.1 * slope);
        Assert.InRange((peaks[2] - peaks[1]) / 10, 0.95 * slope, 1.05 * slope);
    }

    [Fact]
    public void Checkpointed_KeepsStatesWhereDirectKeepsTapes()
    {
        // Of each step the state, 512 · 3 floats or 6 KB, where direct keeps a tape of 1.2 MB. What the first steps freed is used again, a megabyte
        // or two; gaps and garbage of the first hundreds of steps are six at most.
        double few = Peak("checkpointed", "euler", 20), many = Peak("checkpointed", "euler", 640);
        Assert.InRange(many - few, (620 * 0.0059) - 2, (620 * 0.0059) + 6);
        Assert.InRange(few, 1, 8);
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
        double floor = Peak("backsolve", "dopri5", 10, model), auto = Peak("auto", "dopri5", 40, [.. model, "--adjoint-memory", $"{budget}MB"]);
        Assert.InRange(auto - floor, 0.5 * budget, (1.05 * budget) + (15 * threads));
    }

    /// <summary>The most resident memory above what the process had before, in MB.</summary>
    private static double Peak(string adjoint, string solver, int steps, params string[] options)
    {
        var given = new SettingLayer("").Add("device", "cpu");
        for (int i = 0; i < options.Length; i += 2)
        {
            given.Add(options[i][2..], options[i + 1]);
        }

        var subject = MeasurementSubject.Open("8gaussians", given, _ => { });
        var point = new MeasurementPoint(subject, adjoint, solver, steps, 512, [64, 64, 64]);
        var outcome = ChildCommand.Of("measure", MeasurementJob.Of(point, null).ToLine(), long.MaxValue, TimeSpan.FromSeconds(200)).Run();
        Assert.True(outcome.ExitCode == 0, string.Join('\n', outcome.ErrorLines));
        return JsonNode.Parse(outcome.Output)!["peakBytes"]!.GetValue<long>() / Megabyte;
    }
}
