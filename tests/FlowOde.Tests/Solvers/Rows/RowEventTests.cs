using FlowOde.Solvers;
using FlowOde.Solvers.Events;
using static FlowOde.Tests.Solvers.Rows.RowSolveTests;

namespace FlowOde.Tests.Solvers.Rows;

/// <summary>Events of rows that have steps of their own, and times that all of them must meet.</summary>
public class RowEventTests
{
    private static readonly double[] _speeds = [1, 2, 0.5, 3, 0.1];

    /// <summary>Rows that turn from (1, 0) with speed w: the first column is 0 at π/2w, and each row ends there by itself.</summary>
    [Theory]
    [InlineData("dopri5")]
    [InlineData("bosh3")]
    [InlineData("dopri8")]
    [InlineData("adams")]
    [InlineData("radau5")]
    public void Solve_ToATerminalEvent_EndsEachRowAtItsOwnTime(string solver)
    {
        var problem = Turning(solver) with { Events = [Zero(isTerminal: true)] };
        using var solution = OdeSolver.Solve(problem);
        Assert.Equal([0L, 1, 2, 3], solution.Occurrences.Select(one => one.Row!.Value));
        Assert.Null(solution.EndedBy);
        Assert.True(solution.IsComplete);
        foreach (var one in solution.Occurrences)
        {
            double expected = Math.PI / 2 / _speeds[one.Row!.Value];
            Assert.Equal(expected, one.Time, 2e-6);
            Assert.Equal(one.Time, solution.Rows!.Times[(int)one.Row]);
            Assert.Equal(1, one.State.AsSpan<double>(0)[1], 1e-5);
            Assert.Equal(Row(solution.Final, (int)one.Row), one.State.AsSpan<double>(0).ToArray());
            double[] early = Row(solution.States[0], (int)one.Row), at = expected > 1 ? [Math.Cos(_speeds[one.Row.Value]), Math.Sin(_speeds[one.Row.Value])] : [0, 1];
            Assert.Equal(at[0], early[0], 1e-5);
        }

        Assert.Equal(4, solution.Rows!.Times[4]); // too slow for its event
        Assert.Equal(Math.Cos(0.4), Row(solution.Final, 4)[0], 1e-6);
    }

    /// <summary>The events of a row are those that it has alone.</summary>
    [Fact]
    public void Solve_WithEventsOnTheWay_FindsThoseOfEachRowAlone()
    {
        var zero = Zero(isTerminal: false);
        using var together = OdeSolver.Solve(Turning("dopri5") with { Events = [zero], Times = [0, 9] });
        for (int row = 0; row < _speeds.Length; row++)
        {
            using var alone = OdeSolver.Solve(Batch(new RowRotation([_speeds[row]]), "dopri5", 1e-8, [[1, 0]], 0, 9) with { Events = [zero] });
            double[] expected = [.. alone.Occurrences.Select(one => one.Time)], found = [.. together.Occurrences.Where(one => one.Row == row).Select(one => one.Time)];
            Assert.Equal((int)Math.Floor((9 * _speeds[row] / Math.PI) + 0.5), found.Length);
            Assert.Equal(expected.Length, found.Length);
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        }
    }

    /// <summary>Each row ends a step at a forced time, whose state nobody asks for.</summary>
    [Fact]
    public void Solve_WithAForcedTime_MeetsItInEveryRow()
    {
        var seen = new HashSet<double>();
        var watch = new OdeEvent
        {
            Name = "watch",
            Value = (time, _) =>
            {
                seen.Add(time);
                return 1;
            },
            IsTerminal = false,
        };
        using var solution = OdeSolver.Solve(Turning("dopri5") with { ForcedTimes = [1.2345], Events = [watch] });
        Assert.Contains(1.2345, seen);
        Assert.Equal(2, solution.States.Count);
        for (int row = 0; row < _speeds.Length; row++)
        {
            Assert.Equal(Math.Cos(4 * _speeds[row]), Row(solution.Final, row)[0], 1e-5);
        }
    }

    [Fact]
    public void Solve_WithAnEventThatIsNotANumber_NamesIt() =>
        Assert.Contains("'odd'", Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Turning("dopri5") with { Events = [new() { Name = "odd", Value = (time, _) => time > 2 ? double.NaN : 1 }] })).Message, StringComparison.Ordinal);

    private static OdeProblem Turning(string solver) => Batch(new RowRotation(_speeds), solver, 1e-8, [.. _speeds.Select(_ => new[] { 1.0, 0 })], 0, 1, 4);

    private static OdeEvent Zero(bool isTerminal) => new() { Name = "zero", Value = (_, state) => state.AsSpan<double>(0)[0], IsTerminal = isTerminal };
}
