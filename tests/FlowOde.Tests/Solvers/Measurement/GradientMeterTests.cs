using FlowOde.Solvers.Measurement;

namespace FlowOde.Tests.Solvers.Measurement;

/// <summary>One warm-up, one first gradient, and as many more as there is time for.</summary>
public class GradientMeterTests
{
    [Fact]
    public void Measure_WithoutTime_MakesOneGradientAfterTheWarmUp()
    {
        var gradient = new Scripted();
        long? baseline = null;
        var measured = GradientMeter.Measure(gradient, TimeSpan.Zero, beforeFirst: bytes => baseline = bytes);
        Assert.Equal("wc", gradient.Calls);
        Assert.Null(measured.Seconds);
        Assert.InRange(measured.FirstSeconds, 0.009, 10);
        Assert.Equal(7, measured.Cost.Forward.Evaluations);
        Assert.True(baseline > 1 << 20, $"{baseline}");
        Assert.Null(measured.Device);
    }

    [Fact]
    public void Measure_WithTime_RepeatsAndTakesTheMedian()
    {
        var gradient = new Scripted();
        var measured = GradientMeter.Measure(gradient, TimeSpan.FromSeconds(20));
        Assert.Equal("wcccccccccc", gradient.Calls);
        Assert.Equal(9, measured.Repetitions);
        Assert.InRange(measured.Seconds!.Value, 0.009, 5);
        Assert.InRange(measured.ManagedBytes, 100_000, 100_000_000); // the first alone: others' threads allocate too
    }

    private sealed class Scripted : IMeasuredGradient
    {
        public string Calls { get; private set; } = "";

        public void WarmUp() => Calls += "w";

        public GradientCost Compute()
        {
            Calls += "c";
            GC.KeepAlive(new byte[100_000]);
            Thread.Sleep(10);
            return new(new() { Evaluations = 7 }, new(), 0);
        }
    }
}
