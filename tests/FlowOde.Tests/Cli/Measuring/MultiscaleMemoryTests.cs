using System.Text.Json.Nodes;
using FlowOde.Cli.Measuring;
using FlowOde.Cli.Settings;

namespace FlowOde.Tests.Cli.Measuring;

/// <summary>The memory of a gradient of a multiscale flow of images, each in a process of its own.</summary>
public sealed class MultiscaleMemoryTests
{
    private const double Megabyte = 1 << 20;

    [Fact]
    public void Backsolve_WithTenTimesTheSteps_NeedsTheSameMemory()
    {
        // In turns: garbage that happens to lie about takes some MB; a growth shows each time.
        var peaks = Enumerable.Range(0, 2).Select(_ => (Few: Peak(10), Many: Peak(100))).ToArray();
        double few = peaks.Max(peak => peak.Few), many = peaks.Min(peak => peak.Many);
        Assert.True(few > 30, $"{few:F1} MB are too little to see a growth.");
        Assert.True(many <= 1.05 * few, $"{few:F1} MB with 10 steps, {many:F1} MB with 100");
    }

    private static double Peak(int steps)
    {
        var given = new SettingLayer("").Add("device", "cpu").Add("hidden", "48").Add("blocks", "1").Add("scales", "2");
        var subject = MeasurementSubject.Open("digits", given, _ => { });
        var point = new MeasurementPoint(subject, "backsolve", "euler", steps, 256, [48]);
        var outcome = ChildCommand.Of("measure", MeasurementJob.Of(point, null).ToLine(), long.MaxValue, TimeSpan.FromSeconds(200)).Run();
        Assert.True(outcome.ExitCode == 0, string.Join('\n', outcome.ErrorLines));
        return JsonNode.Parse(outcome.Output)!["peakBytes"]!.GetValue<long>() / Megabyte;
    }
}
