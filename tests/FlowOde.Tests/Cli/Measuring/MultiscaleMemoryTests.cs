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
        // A batch so large that garbage which happens to lie about, some MB, is little beside it. Where that is still too much, a second pair: a growth shows each time.
        double few = Peak(5), many = Peak(50);
        if (many > 1.05 * few)
        {
            (few, many) = (Math.Max(few, Peak(5)), Math.Min(many, Peak(50)));
        }

        Assert.True(few > 100, $"{few:F1} MB are too little to see a growth.");
        Assert.True(many <= 1.05 * few, $"{few:F1} MB with 5 steps, {many:F1} MB with 50");
    }

    private static double Peak(int steps)
    {
        var given = new SettingLayer("").Add("device", "cpu").Add("hidden", "32").Add("blocks", "1").Add("scales", "2");
        var subject = MeasurementSubject.Open("digits", given, _ => { });
        var point = new MeasurementPoint(subject, "backsolve", "euler", steps, 1024, [32]);
        var outcome = ChildCommand.Of("measure", MeasurementJob.Of(point, null).ToLine(), long.MaxValue, TimeSpan.FromSeconds(400)).Run();
        Assert.True(outcome.ExitCode == 0, string.Join('\n', outcome.ErrorLines));
        return JsonNode.Parse(outcome.Output)!["peakBytes"]!.GetValue<long>() / Megabyte;
    }
}
