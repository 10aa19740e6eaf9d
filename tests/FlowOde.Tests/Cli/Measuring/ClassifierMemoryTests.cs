using System.Text.Json.Nodes;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Settings;
using FlowOde.Flows.Classification.Blocks;

namespace FlowOde.Tests.Cli.Measuring;

/// <summary>Peak memory of one gradient of a classifier of digits (512 rows, 32 channels) in a process of its own, against depth or the number of solver steps.</summary>
public class ClassifierMemoryTests
{
    private const double Megabyte = 1 << 20;

    [Theory]
    [InlineData("revnet", "own", "revnet")]
    [InlineData("ode-net", "backsolve", "midpoint")]
    [InlineData("ode-net", "reversible", "asynchronous-leapfrog")]
    public void Activations_ThatAreRebuilt_DoNotGrowWithTheSteps(string architecture, string adjoint, string solver)
    {
        // In turns: garbage that happens to lie about takes some MB; a growth shows each time.
        var peaks = Enumerable.Range(0, 2).Select(_ => (Few: Peak(architecture, adjoint, solver, 5, false), Many: Peak(architecture, adjoint, solver, 50, false))).ToArray();
        double few = peaks.Max(peak => peak.Few), many = peaks.Min(peak => peak.Many);
        Assert.True(few > 30, $"{few:F1} MB are too little to see a growth.");
        Assert.True(many - few <= 9, $"{few:F1} MB with 5 steps, {many:F1} MB with 50"); // a state is 1 MB: one kept of each step would be 45
    }

    [Theory]
    [InlineData("resnet", "direct", "euler", false)]
    [InlineData("resnet", "direct", "euler", true)]
    [InlineData("lm-resnet", "own", "lm-resnet", false)]
    [InlineData("ode-net", "direct", "euler", false)]
    public void Activations_ThatAreKept_GrowLinearlyWithTheSteps(string architecture, string adjoint, string solver, bool isShared)
    {
        double[] peaks = [.. new[] { 4, 8, 16 }.Select(steps => Peak(architecture, adjoint, solver, steps, isShared))];
        double slope = (peaks[2] - peaks[0]) / 12;
        Assert.InRange(slope, 6, 20); // a state is 1 MB, and a step keeps eight in its block's graph, and those of its solve
        Assert.InRange((peaks[1] - peaks[0]) / 4, 0.75 * slope, 1.25 * slope); // a square of the steps would be 0.6; garbage takes some MB of the 30
    }

    /// <summary>What a block says that its graph keeps is what steps take, beside the state that a solve keeps of each: a budget in bytes rests on it.</summary>
    [Fact]
    public void KeptStates_OfAConvolutionalBlock_AreThoseMeasured()
    {
        double slope = (Peak("resnet", "direct", "euler", 28, true) - Peak("resnet", "direct", "euler", 8, true)) / 20;
        Assert.InRange(slope, 0.85 * (new ConvBlock(new(32, 4, 4), 8).KeptStates + 1), 1.15 * (new ConvBlock(new(32, 4, 4), 8).KeptStates + 1)); // a state is 1 MB
    }

    /// <summary>The most resident memory above what the process had before, in MB.</summary>
    private static double Peak(string architecture, string adjoint, string solver, int steps, bool isShared)
    {
        var given = new SettingLayer("").Add("device", "cpu");
        if (isShared)
        {
            given.Add("shared", SettingValues.Yes);
        }

        var subject = ClassifierSubjects.OfData("digits", ClassifierCatalog.Architectures([architecture]), given, _ => { }).Single();
        var point = new MeasurementPoint(subject, adjoint, solver, steps, 512, [32]);
        var outcome = ChildCommand.Of("measure", MeasurementJob.Of(point, null).ToLine(), long.MaxValue, TimeSpan.FromSeconds(200)).Run();
        Assert.True(outcome.ExitCode == 0, string.Join('\n', outcome.ErrorLines));
        return JsonNode.Parse(outcome.Output)!["peakBytes"]!.GetValue<long>() / Megabyte;
    }
}
