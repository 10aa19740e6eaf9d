using FlowOde.Solvers;
using FlowOde.Solvers.Events;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Events;

public sealed class EventTests
{
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;

    private static FunctionField Fall { get; } = Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], -8));

    private static FunctionField Circle { get; } = Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], -y[0]));

    [Fact]
    public void Solve_OfABallThatFalls_EndsOnTheGround()
    {
        using var solution = OdeSolver.Solve(Problem(Fall, _dopri5, Pid(1e-10), [10, 0], 0, 1, 5) with { Events = [Column(0)] });
        Assert.Equal(Math.Sqrt(20 / 8.0), solution.EndedBy!.Time, 1e-12);
        Assert.Equal([0, -Math.Sqrt(160)], Values(solution.Final), (a, b) => Math.Abs(a - b) < 1e-10);
        Assert.Single(solution.States); // the time 1 was met, 5 was not
        Assert.Equal([6.0, -8], Values(solution.States[0]), (a, b) => Math.Abs(a - b) < 1e-10);
    }

    [Theory]
    [InlineData(EventDirection.Either, 10, 1, 2, 3)]
    [InlineData(EventDirection.Rising, 10, 2)]
    [InlineData(EventDirection.Falling, 10, 1, 3)]
    [InlineData(EventDirection.Falling, -10, -2)] // on the way back sin t falls where it rises in time
    [InlineData(EventDirection.Rising, -10, -1, -3)]
    public void Solve_OfASine_FindsTheZerosOfADirection(EventDirection direction, double end, params int[] halfTurns)
    {
        using var solution = OdeSolver.Solve(Problem(Circle, _dopri5, Pid(1e-11), [0, 1], 0, end) with { Events = [Column(0) with { Direction = direction, IsTerminal = false }] });
        Assert.Equal(halfTurns.Select(turn => turn * Math.PI), solution.Occurrences.Select(found => found.Time), (a, b) => Math.Abs(a - b) < 1e-8);
        Assert.Null(solution.EndedBy);
        Assert.Equal(Math.Sin(end), solution.Final.AsSpan<double>()[0], 1e-8);
    }

    /// <summary>To the resolution of time along the dense output, so to its order in the step.</summary>
    [Fact]
    public void Solve_WithHalfTheStep_FindsTheTimeBetterByTheOrder()
    {
        double Error(int steps)
        {
            using var solution = OdeSolver.Solve(Problem(Circle, _dopri5, new ConstantStep(steps), [0, 1], 0, 4) with { Events = [Column(0)] });
            return Math.Abs(solution.EndedBy!.Time - Math.PI);
        }

        double order = Math.Log2(Error(13) / Error(26));
        Assert.InRange(order, 3.8, 7);
    }

    [Fact]
    public void Solve_WithTwoChangesInOneStep_FindsBoth()
    {
        var line = Function(1, (_, _, dy) => dy[0] = 1);
        var twice = new OdeEvent { Name = "twice", Value = (_, y) => (y.AsSpan<double>()[0] - 0.3) * (y.AsSpan<double>()[0] - 0.6), IsTerminal = false };
        using var solution = OdeSolver.Solve(Problem(line, StepperCatalog.Find("euler")!, new ConstantStep(1), [0], 0, 1) with { Events = [twice] });
        Assert.Equal([0.3, 0.6], solution.Occurrences.Select(found => found.Time), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Solve_WithSeveralEvents_EndsAtTheFirstTerminalOne()
    {
        OdeEvent At(double height, bool isTerminal) => new() { Name = $"{height}", Value = (_, y) => y.AsSpan<double>()[0] - height, IsTerminal = isTerminal };
        using var solution = OdeSolver.Solve(Problem(Fall, _dopri5, Pid(1e-6), [10, 0], 0, 5) with { Events = [At(-1, true), At(2, true), At(1, false), At(6, false)] });
        Assert.Equal(["6", "2"], solution.Occurrences.Select(found => found.Event.Name));
        Assert.Empty(solution.States);
    }

    [Fact]
    public void Solve_FromAnEvent_LeavesIt()
    {
        using var solution = OdeSolver.Solve(Problem(Fall, _dopri5, Pid(1e-10), [0, 4], 0, 5) with { Events = [Column(0)] });
        Assert.Equal(1, solution.EndedBy!.Time, 1e-12);
    }

    [Fact]
    public void Solve_WithAnEventExactlyAtAStepsEnd_FindsItOnce()
    {
        var line = Function(1, (_, _, dy) => dy[0] = 1);
        var half = new OdeEvent { Name = "half", Value = (t, _) => t - 0.5, IsTerminal = false };
        using var solution = OdeSolver.Solve(Problem(line, StepperCatalog.Find("euler")!, new ConstantStep(2), [0], 0, 1) with { Events = [half] });
        Assert.Equal([0.5], solution.Occurrences.Select(found => found.Time));
    }

    [Fact]
    public void Solve_WithAnEventThatNeverHappens_GoesToItsEnd()
    {
        using var solution = OdeSolver.Solve(Problem(Circle, _dopri5, Pid(1e-6), [0, 1], 0, 1, 2) with { Events = [new() { Name = "never", Value = (_, y) => 5 + y.AsSpan<double>()[0] }] });
        Assert.Null(solution.EndedBy);
        Assert.Equal(2, solution.States.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void Solve_WithAFunctionThatIsNoNumber_SaysWhichEvent(double from)
    {
        var root = new OdeEvent { Name = "root", Value = (t, _) => t >= from ? double.NaN : 1 };
        var problem = Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Problem(Circle, _dopri5, Pid(1e-6), [0, 1], 0, 1) with { Events = [root] }));
        Assert.Contains("'root' is not a number", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SolveDense_ToAnEvent_EndsThere()
    {
        using var solution = OdeSolver.SolveDense(Problem(Circle, _dopri5, Pid(1e-9), [0, 1], 0, 10) with { Events = [Column(0)] });
        Assert.Equal(Math.PI, solution.End, 1e-7);
        using var state = State(Circle.StateLayout(1), 0, 0);
        solution.Evaluate(1, state);
        Assert.Equal(Math.Sin(1), state.AsSpan<double>()[0], 1e-7);
        Assert.Throws<ArgumentOutOfRangeException>(() => solution.Evaluate(3.2, state));
        Assert.Equal((1, solution.End), (solution.Occurrences.Count, solution.Occurrences[0].Time));
        Assert.Equal(-1, solution.Occurrences[0].State.AsSpan<double>()[1], 1e-7);
    }

    private static OdeEvent Column(int column) => new() { Name = $"column {column}", Value = (_, y) => y.AsSpan<double>()[column] };

    private static double[] Values(FlatVector state) => state.AsSpan<double>(0).ToArray();
}
