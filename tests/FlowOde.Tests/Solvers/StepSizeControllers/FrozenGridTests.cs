using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Events;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.StepSizeControllers;

public class FrozenGridTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Solve_OnTheGridOfAnAdaptiveSolve_RepeatsItBitForBit(int direction)
    {
        using var field = new PendulumField();
        var problem = FlowOde.Tests.Solvers.Steppers.ReversibleMethodTests.PendulumProblem(field, StepperCatalog.Find("dopri5")!, Pid(1e-9), [.. new[] { 0, 0.3, 1.1, 3 }.Select(time => direction * time)]);
        using var first = new DirectAdjoint().Record(problem, new(long.MaxValue));
        var frozen = problem with { Controller = new FrozenGrid(first.Grid, problem.Times) };
        using var again = new CheckpointedAdjoint().Record(frozen, new(long.MaxValue));
        Assert.True(first.Statistics.RejectedSteps > 0);
        Assert.Equal(0, again.Statistics.RejectedSteps);
        Assert.Equal(first.Grid, again.Grid);
        Assert.Equal(first.Final.AsSpan<double>(0)[0], again.Final.AsSpan<double>(0)[0]);
        Assert.Equal(first.Grid.Count - 1, frozen.Controller.CountSteps(problem.Times));
    }

    [Fact]
    public void Solve_OfAnIntervalThatIsStretched_StretchesItsSteps()
    {
        using var field = new PendulumField();
        var problem = FlowOde.Tests.Solvers.Steppers.ReversibleMethodTests.PendulumProblem(field, StepperCatalog.Find("rk4")!, new FrozenGrid([0, 0.1, 0.7, 1], [0, 1]), [0, 2]);
        using var record = new DirectAdjoint().Record(problem, new(long.MaxValue));
        Assert.Equal([0, 0.2, 1.4, 2], record.Grid.Select(time => Math.Round(time, 12)));
    }

    [Theory]
    [InlineData(0, 0.97, 1)]
    [InlineData(-1, 1e-17, 1)]
    public void Solve_OnAGridMadeByHand_MeetsItsTimes(double first, double between, double last)
    {
        using var field = new PendulumField();
        var problem = FlowOde.Tests.Solvers.Steppers.ReversibleMethodTests.PendulumProblem(field, StepperCatalog.Find("rk4")!, new FrozenGrid([first, between, last], [first, last]), [first, last]);
        using var record = new DirectAdjoint().Record(problem, new(long.MaxValue));
        Assert.Equal([first, between, last], record.Grid);
    }

    [Theory]
    [InlineData(new[] { 0.0, 0.5, 1.0 }, new[] { 0.0, 0.7, 1.0 })]
    [InlineData(new[] { 0.0, 0.5, 0.4, 1.0 }, new[] { 0.0, 1.0 })]
    [InlineData(new[] { 0.0, 0.5 }, new[] { 0.0, 1.0 })]
    [InlineData(new[] { 0.0, 1.0, 2.0 }, new[] { 0.0, 1.0 })]
    [InlineData(new double[0], new[] { 0.0, 1.0 })]
    public void Constructor_WithAGridThatMissesATime_IsRefused(double[] grid, double[] times) =>
        Assert.Throws<ArgumentException>(() => new FrozenGrid(grid, times));

    [Fact]
    public void Solve_OfAnotherNumberOfTimes_IsRefused()
    {
        var problem = Problem(NonAutonomous, StepperCatalog.Find("rk4")!, new FrozenGrid([0, 1], [0, 1]), [1, 1], 0, 1, 2);
        Assert.Throws<ArgumentException>(() => OdeSolver.Solve(problem));
    }

    /// <summary>A ball falls from 1 at g = 10 to t = 1/√5 and is thrown up by half of its speed: what is left of the grid goes on from there.</summary>
    [Fact]
    public void Restart_BehindATerminalEvent_GoesOnWithTheRestOfTheGrid()
    {
        var ground = new OdeEvent { Name = "ground", Value = (_, y) => y.AsSpan<double>()[0] };
        var problem = Problem(Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], -10)), StepperCatalog.Find("rk4")!, new FrozenGrid([0, 0.25, 0.5, 0.75, 1, 2], [0, 1, 2]), [1, 0], 0, 1, 2) with { Events = [ground] };
        using var integrator = new OdeIntegrator(problem);
        var ends = new List<double>();
        while (integrator.Step())
        {
        }

        Assert.Equal(Math.Sqrt(0.2), integrator.Time, 1e-12);
        integrator.EndedBy!.State.Dispose();
        integrator.Restart(state => state.AsSpan<double>()[1] = 20);
        while (integrator.Step())
        {
            ends.Add(integrator.Time);
        }

        Assert.Equal([0.5, 0.75, 1, 2], ends);
        double flown = 2 - Math.Sqrt(0.2);
        Assert.Equal((20 * flown) - (5 * flown * flown), integrator.State.AsSpan<double>()[0], 1e-9);
    }
}
