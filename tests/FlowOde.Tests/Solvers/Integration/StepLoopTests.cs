using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Integration;

/// <summary>How steps are fitted to the times asked for.</summary>
public class StepLoopTests
{
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;

    [Theory]
    [InlineData(1.03, 1)]
    [InlineData(-1.03, 1)]
    [InlineData(1.049, 1)]
    [InlineData(1.06, 2)]
    [InlineData(-1.06, 2)]
    public void Run_OverHardlyMoreThanAStep_StretchesItByFivePercentAtMost(double span, int steps)
    {
        var line = Function(1, (_, _, dy) => dy[0] = 1);
        using var solution = OdeSolver.Solve(Problem(line, _dopri5, Pid(1e-3) with { FirstStep = 1 }, [0], 0, span));
        Assert.Equal((steps, 0), (solution.Statistics.AcceptedSteps, solution.Statistics.RejectedSteps));
        Assert.Equal(span, solution.Final.AsSpan<double>()[0], 1e-14);
    }

    /// <summary>Pairs of save times a hundredth of a step apart: a pair costs its two clipped steps, and none to grow from the sliver again.</summary>
    [Fact]
    public void Run_WithTwentySaveTimes_NeedsHardlyMoreThanAStepForEach()
    {
        var waves = Function(2, (_, y, dy) => (dy[0], dy[1]) = (20 * y[1], -20 * y[0]));
        SolveStatistics Cost(params double[] times)
        {
            using var solution = OdeSolver.Solve(Problem(waves, _dopri5, Pid(1e-6), [1, 0], times));
            return solution.Statistics;
        }

        var plain = Cost(0, 4);
        double step = 4.0 / plain.AcceptedSteps;
        var saved = Cost([0, .. Enumerable.Range(1, 10).SelectMany(i => new[] { 0.37 * i, (0.37 * i) + (0.001 * step) }), 4]);
        int tried = plain.AcceptedSteps + plain.RejectedSteps;
        Assert.True(plain.AcceptedSteps > 60, $"{plain.AcceptedSteps} steps");
        Assert.InRange(saved.AcceptedSteps + saved.RejectedSteps, tried + 10, tried + 22);
    }
}
