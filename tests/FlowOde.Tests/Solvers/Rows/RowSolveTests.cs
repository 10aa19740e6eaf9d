using FlowOde.Solvers;
using FlowOde.Solvers.Certification;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Rows;

/// <summary>Solves in which every row has its own steps.</summary>
public sealed class RowSolveTests
{
    private const int Rows = 9;

    public static TheoryData<string> Solvers => [.. StepperCatalog.All.Where(stepper => stepper.JudgesRows).Select(stepper => stepper.Name)];

    /// <summary>Each row as it is alone, whatever is with it: states at all times, and its steps.</summary>
    [Theory]
    [MemberData(nameof(Solvers))]
    public void Solve_OfABatch_IsThatOfEachRowAlone(string solver)
    {
        using var module = new TimeMlp(7);
        using var field = new ModuleField(module, 2);
        double tolerance = StepperCatalog.Find(solver)!.Order < 3 ? 1e-4 : 1e-8;
        using var together = OdeSolver.Solve(Batch(field, solver, tolerance, Starts(Rows), 0.3, 1, 4));
        for (int row = 0; row < Rows; row++)
        {
            using var alone = OdeSolver.Solve(Batch(field, solver, tolerance, Starts(Rows)[row..(row + 1)], 0.3, 1, 4));
            for (int time = 0; time < 2; time++)
            {
                Assert.Equal(Row(alone.States[time], 0), Row(together.States[time], row), (a, b) => Math.Abs(a - b) < 1e-12);
            }

            Assert.Equal((alone.Rows!.Accepted[0], alone.Rows.Rejected[0]), (together.Rows!.Accepted[row], together.Rows.Rejected[row]));
        }

        Assert.True(together.Rows!.Accepted.Distinct().Count() > 1, "Rows that all take the same steps show nothing.");
    }

    [Theory]
    [InlineData(0.2, 3)]
    [InlineData(3, -1)]
    public void Solve_OfOneRow_MakesTheStepsOfCommonControl(double from, double to)
    {
        using var module = new TimeMlp(7);
        using var field = new ModuleField(module, 2);
        var problem = Batch(field, "dopri5", 1e-7, [[0.4, -1.2]], from, to) with { Norm = ErrorNorm.LargestRow };
        using var row = OdeSolver.Solve(problem);
        using var common = OdeSolver.Solve(problem with { IsPerRow = false });
        Assert.Equal(Row(common.Final, 0), Row(row.Final, 0), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal((common.Statistics.AcceptedSteps, common.Statistics.RejectedSteps), (row.Rows!.Accepted[0], row.Rows.Rejected[0]));
    }

    /// <summary>Methods that judge no rows solve for one after another: each as it is alone, and with steps of its own.</summary>
    [Theory]
    [InlineData("kvaerno5")]
    [InlineData("bdf")]
    [InlineData("adams")]
    [InlineData("auto-switch")]
    [InlineData("reversible-heun")]
    public void Solve_WithAMethodThatJudgesNoRows_IsThatOfEachRowAlone(string solver)
    {
        double[] speeds = [1, 5, 0.2];
        var problem = Batch(new RowRotation(speeds), solver, 1e-5, [[1, 0], [0, 1], [1, 1]], 0, 1, 2);
        using var together = OdeSolver.Solve(problem);
        for (int row = 0; row < 3; row++)
        {
            using var alone = OdeSolver.Solve(Batch(new RowRotation([speeds[row]]), solver, 1e-5, [Row(problem.Start, row)], 0, 1, 2) with { IsPerRow = false, Norm = ErrorNorm.LargestRow });
            Assert.Equal(Row(alone.States[0], 0), Row(together.States[0], row));
            Assert.Equal(Row(alone.Final, 0), Row(together.Final, row));
            Assert.Equal((alone.Statistics.AcceptedSteps, alone.Statistics.RejectedSteps), (together.Rows!.Accepted[row], together.Rows.Rejected[row]));
        }

        Assert.Equal([2, 2, 2], together.Rows!.Times);
        Assert.Equal(together.Rows.Evaluations, together.Statistics.Evaluations);
        Assert.Contains("Row 1:", Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(problem with { Limits = new() { MaxSteps = together.Rows.Accepted[0] + together.Rows.Rejected[0] } })).Message, StringComparison.Ordinal);
        using var part = OdeSolver.Solve(problem with { Limits = new() { MaxSteps = together.Rows.Accepted[0] + together.Rows.Rejected[0], OnLimit = LimitAction.ReturnPartial } });
        Assert.Equal([true, false, true], part.Rows!.Times.Select(time => time == 2));
        Assert.False(part.IsComplete);
    }

    /// <summary>One row in a hundred turns thirty times as fast: the others do not wait for it.</summary>
    [Fact]
    public void Solve_WithOneHardRow_NeedsLessThanHalfTheRowEvaluations()
    {
        var field = new RowRotation(Enumerable.Range(0, 100).Select(row => row == 40 ? 30.0 : 1.0).ToArray());
        var problem = Batch(field, "dopri5", 1e-6, [.. Enumerable.Range(0, 100).Select(row => new[] { 1.0, 0.01 * row })], 0, 3);
        using var rows = OdeSolver.Solve(problem);
        using var common = OdeSolver.Solve(problem with { IsPerRow = false, Norm = ErrorNorm.LargestRow });
        Assert.True(2 * rows.Rows!.Evaluations < 100L * common.Statistics.Evaluations, $"{rows.Rows.Evaluations} against {100 * common.Statistics.Evaluations}");
        for (int row = 0; row < 100; row++)
        {
            var (angle, values) = (field.Speeds[row] * 3, Row(rows.Final, row));
            Assert.Equal(Math.Cos(angle) - (0.01 * row * Math.Sin(angle)), values[0], 2e-4);
        }
    }

    [Fact]
    public void Solve_InFloat32_IsThatOfEachRowAlone()
    {
        using var module = new TimeMlp(7, ScalarType.Float32);
        using var field = new ModuleField(module, 2);
        using var start = new FlatVector(field.StateLayout(4), ScalarType.Float32);
        start[0].copy_(tensor(new[] { 0.1f, 0.2f, -1, 1.5f, 2, -2, 0.7f, 0 }).view(4, 2));
        var problem = Batch(field, "dopri5", 1e-4, [[0, 0]], 0, 2) with { Start = start };
        using var together = OdeSolver.Solve(problem);
        using var one = new FlatVector(field.StateLayout(1), ScalarType.Float32);
        one[0].copy_(start[0].narrow(0, 2, 1));
        using var alone = OdeSolver.Solve(problem with { Start = one });
        Assert.InRange((together.Final[0].narrow(0, 2, 1) - alone.Final[0]).abs().max().item<float>(), 0, 2e-6);
    }

    [Fact]
    public void Solve_WhereOneRowGrowsWithoutBound_NamesIt()
    {
        var field = new RowRotation([1, 1, double.NaN]);
        Assert.Contains("Row 2", Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(Batch(field, "dopri5", 1e-6, [[1, 0], [0, 1], [1, 1]], 0, 1))).Message, StringComparison.Ordinal);
        var limited = Batch(new RowRotation([1, 900, 1]), "dopri5", 1e-6, [[1, 0], [0, 1], [1, 1]], 0, 1) with { Limits = new StepLimits { MaxSteps = 40 } };
        Assert.Contains("Row 1: the limit of 40", Assert.Throws<OdeSolveException>(() => OdeSolver.Solve(limited)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_OfWhatHasNoRows_IsRefused()
    {
        using var module = new TimeMlp(7);
        using var field = new ModuleField(module, 2);
        var problem = Batch(field, "dopri5", 1e-6, [[1, 0]], 0, 1);
        string Message(OdeProblem asked) => Assert.Throws<ArgumentException>(() => OdeSolver.Solve(asked)).Message;
        Assert.Contains("dopri5", Message(problem with { Stepper = StepperCatalog.Find("rk4")! }), StringComparison.Ordinal);
        Assert.Contains("tolerances", Message(problem with { Controller = new ConstantStep(4) }), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OdeSolver.SolveDense(problem));
        Assert.Contains("IsPerRow", Assert.Throws<ArgumentException>(() => HessianVectorProduct.ByBackpropagation(problem, _ => throw new NotSupportedException(), field.Parameters, field.Parameters)).Message, StringComparison.Ordinal);
    }

    internal static OdeProblem Batch(IVectorField field, string solver, double tolerance, double[][] starts, params double[] times)
    {
        var start = new FlatVector(field.StateLayout(starts.Length), ScalarType.Float64);
        start[0].copy_(tensor(starts.SelectMany(row => row).ToArray()).view(starts.Length, 2));
        return new()
        {
            Field = field,
            Stepper = StepperCatalog.Find(solver)!,
            Controller = Pid(tolerance),
            Start = start,
            Times = times,
            Pool = new WorkspacePool(),
            IsPerRow = true,
        };
    }

    internal static double[][] Starts(int rows) => [.. Enumerable.Range(0, rows).Select(row => new[] { 3 * Math.Sin(1.7 * row), (0.4 * row) - 1 })];

    internal static double[] Row(FlatVector state, int row) => state.AsSpan<double>(0).Slice(2 * row, 2).ToArray();

    /// <summary>The clocks of rows run in float64: in float32 a step of 0.3 at t = 1e6 has 5 figures of none.</summary>
    [Theory]
    [InlineData(1e3)]
    [InlineData(1e6)]
    public void Solve_InSingleAtALargeTime_IsAsExactAsWithCommonSteps(double from)
    {
        var field = new RowClock(from);
        using var start = new FlatVector(field.StateLayout(2), ScalarType.Float32);
        using var solution = OdeSolver.Solve(new OdeProblem { Field = field, Stepper = StepperCatalog.Find("dopri5")!, Controller = Pid(1e-5), Start = start, Times = [from, from + 2], IsPerRow = true, Pool = new() });
        Assert.Equal(Math.Sin(2), solution.Final.AsSpan<float>(0)[0], 2e-5);
        Assert.Equal(0, solution.Rows!.Rejected[0]);
    }

    [Theory]
    [InlineData("dopri5")]
    [InlineData("radau5")]
    public void Solve_OfNoRows_GivesNone(string method)
    {
        var field = new RowClock(0);
        using var start = new FlatVector(field.StateLayout(0), ScalarType.Float64);
        using var solution = OdeSolver.Solve(new OdeProblem { Field = field, Stepper = StepperCatalog.Find(method)!, Controller = Pid(1e-5), Start = start, Times = [0, 2], IsPerRow = true, Pool = new() });
        Assert.Equal(0, solution.Final.Layout.Rows);
    }
}
