using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Solvers.Adjoints;
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

    /// <summary>The field jumps at 1/3: a step that ends there leaves an error of the tolerance's size and rejects nothing.</summary>
    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(1.0, 0.0)]
    public void Run_WithAForcedTime_EndsAStepThere(double from, double to)
    {
        var jump = Function(1, (t, y, dy) => dy[0] = t < 1 / 3.0 ? 1 : t > 1 / 3.0 ? -y[0] : (from < to) == (y[0] < 1.32) ? 1 : -y[0]);
        var problem = Problem(jump, _dopri5, Pid(1e-6), [1], from, to);
        using var plain = OdeSolver.Solve(problem);
        using var forced = OdeSolver.Solve(problem with { ForcedTimes = [0.8, 1 / 3.0, 0.8] });
        var times = forced.Statistics.Profiles[0].Times;
        Assert.Contains(1 / 3.0, times);
        Assert.Contains(0.8, times);
        Assert.DoesNotContain(1 / 3.0, plain.Statistics.Profiles[0].Times);
        Assert.Single(forced.States);
        Assert.True(plain.Statistics.RejectedSteps > 2, $"{plain.Statistics.RejectedSteps} rejected");
    }

    [Fact]
    public void Run_WithForcedTimesAndConstantSteps_SharesThemOut()
    {
        var problem = Problem(NonAutonomous, _dopri5, new ConstantStep(10), [0.8, -0.4], 0, 0.5, 1) with { ForcedTimes = [0.25, 0.75, 1, 0] };
        using var solution = OdeSolver.Solve(problem);
        Assert.Equal(12, solution.Statistics.AcceptedSteps);
        Assert.Equal(2, solution.States.Count);
        using var field = new RolesField(3);
        using var start = new FlatVector(field.StateLayout(2), TorchSharp.torch.ScalarType.Float64);
        start.Flat.Fill(0.3);
        var recorded = new OdeProblem { Field = field, Stepper = _dopri5, Controller = new ConstantStep(10), Start = start, Times = [0, 0.5, 1], ForcedTimes = [0.25, 0.75], Pool = new() };
        var direct = GradientRun.Of(recorded, new DirectAdjoint());
        Assert.Contains(0.25, direct.Grid);
        Assert.Equal(12, direct.Forward.AcceptedSteps);
        GradientRun.Of(recorded, new BinomialAdjoint { Checkpoints = 3 }).AssertClose(direct, 1e-14);
        GradientRun.Of(recorded with { Controller = new FrozenGrid(direct.Grid, recorded.Times) }, new DirectAdjoint()).AssertClose(direct, 1e-14);
        GradientRun.Of(recorded, new InterpolatedAdjoint()).AssertClose(direct, 1e-4);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Solve_WithAForcedTimeOutside_IsRefusedByName(double time)
    {
        var problem = Problem(NonAutonomous, _dopri5, Pid(1e-6), [0.8, -0.4], 0, 1) with { ForcedTimes = [0.5, time] };
        Assert.Contains($"t = {time:R}", Assert.Throws<ArgumentException>(() => OdeSolver.Solve(problem)).Message, StringComparison.Ordinal);
    }

    /// <summary>On request a solve whose steps are used up returns the times that it met and where it stands.</summary>
    [Fact]
    public void Solve_WithUsedUpStepsOnRequest_ReturnsWhatItHas()
    {
        var problem = Problem(NonAutonomous, _dopri5, Pid(1e-9), [0.8, -0.4], 0, 0.1, 0.2, 50) with { Limits = new() { MaxSteps = 40, OnLimit = LimitAction.ReturnPartial } };
        using var partial = OdeSolver.Solve(problem);
        Assert.False(partial.IsComplete);
        Assert.Equal(40, partial.Statistics.AcceptedSteps + partial.Statistics.RejectedSteps);
        Assert.Equal([0.1, 0.2], partial.Times.Take(2));
        Assert.Equal(3, partial.States.Count);
        using var again = OdeSolver.Solve(problem with { Times = [0, partial.Times[2]], Limits = new() });
        Assert.True(again.IsComplete);
        Assert.Equal(again.Final.AsSpan<double>()[0], partial.Final.AsSpan<double>()[0], 1e-7);
        using var dense = OdeSolver.SolveDense(problem);
        Assert.Equal(partial.Times[2], dense.End);
        Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(problem with { Limits = new() { MaxSteps = 40 } }));
    }

    [Fact]
    public void Record_OfASolveThatMayNotArrive_IsRefused()
    {
        using var field = new RolesField(3);
        using var start = new FlatVector(field.StateLayout(2), TorchSharp.torch.ScalarType.Float64);
        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-6), Start = start, Times = [0, 1], Limits = new() { OnLimit = LimitAction.ReturnPartial }, Pool = new() };
        foreach (var adjoint in AdjointCatalog.All.Where(adjoint => adjoint.Supports(_dopri5, out _)))
        {
            Assert.Contains("ReturnPartial", Assert.Throws<ArgumentException>(() => adjoint.Record(problem, new(long.MaxValue))).Message, StringComparison.Ordinal);
        }
    }
}
