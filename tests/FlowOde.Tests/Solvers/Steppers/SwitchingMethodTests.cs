using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using Xunit.Abstractions;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>The method that changes between an explicit and an implicit one.</summary>
public class SwitchingMethodTests(ITestOutputHelper log)
{
    [Theory]
    [InlineData("van der Pol, μ = 1000")]
    [InlineData("Robertson")]
    [InlineData("HIRES")]
    public void Solve_OfAStiffEquation_IsRightAtTheCostOfTheImplicitMethod(string name)
    {
        var stiff = StiffProblem.Find(name);
        (double Error, int Evaluations) Run(string method)
        {
            using var solution = OdeSolver.Solve(Problem(stiff.Field, StepperCatalog.Find(method)!, Pid(1e-6), stiff.Start, 0, stiff.End));
            double[] end = solution.Final.AsSpan<double>(0).ToArray();
            return (end.Zip(stiff.Solution, (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max(), solution.Statistics.Evaluations);
        }

        var (error, evaluations) = Run("auto-switch");
        var (_, alone) = Run("radau5");
        log.WriteLine($"{name}: error {error:E1}, {evaluations} evaluations; radau5 alone {alone}");
        Assert.InRange(error, 0, 2e-3); // of components that lie far below one, where tolerances are absolute
        Assert.InRange(evaluations, 0, alone + 500); // what it takes to see that the equation is stiff
    }

    /// <summary>At tolerances that see little of the fast mode one step far beyond the bound of stability is enough: the next might throw the solution off.</summary>
    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-6)]
    [InlineData(1e-7)]
    public void Solve_OfRobertsonsReactionsAtLooseTolerances_Arrives(double tolerance)
    {
        var robertson = StiffProblem.Robertson;
        double[] end = Problems.Solve(Problem(robertson.Field, SwitchingMethod.Instance, Pid(tolerance), robertson.Start, 0, robertson.End));
        Assert.InRange(Math.Abs(end[0] - robertson.Solution[0]), 0, 20 * tolerance);
    }

    /// <summary>Where nothing is stiff it is Dormand and Prince's method, evaluation by evaluation.</summary>
    [Fact]
    public void Solve_OfAnEquationThatIsNotStiff_IsThatOfTheExplicitMethod()
    {
        SolveStatistics Cost(string method, out double[] end)
        {
            using var solution = OdeSolver.Solve(Problem(NonAutonomous, StepperCatalog.Find(method)!, Pid(1e-8), [1, 0.5], 0, 10));
            end = solution.Final.AsSpan<double>(0).ToArray();
            return solution.Statistics;
        }

        Assert.Equal(Cost("dopri5", out double[] expected), Cost("auto-switch", out double[] end));
        Assert.Equal(expected, end);
    }

    /// <summary>A field that is stiff in the middle of its time only: ẏ = −λ(t)(y − sin t) + cos t. The method goes there and comes back.</summary>
    [Fact]
    public void Step_ThroughAStiffMiddle_GoesThereAndBack()
    {
        var field = Function(1, (t, y, dy) => dy[0] = (-(0.1 + (1e6 * Math.Exp(-4 * (t - 4.5) * (t - 4.5)))) * (y[0] - Math.Sin(t))) + Math.Cos(t));
        var method = SwitchingMethod.Instance;
        using var start = State(field.StateLayout(1), 0);
        using var workspace = (SwitchingWorkspace)method.CreateWorkspace(start.Layout, start.DType, start.Device);
        var problem = Problem(field, method, Pid(1e-6), [0], 0, 60);
        using var tape = field.CreateWorkspace(FlowOde.Solvers.Fields.WorkspaceSpec.For(start)).RentTape();
        workspace.Begin(new FieldSystem(field, tape), 0, start);
        var loop = new FlowOde.Solvers.Integration.StepLoop(workspace, problem.NewPlan());
        var changes = new List<(double Time, bool IsImplicit)>();
        bool before = false;
        while (loop.Advance())
        {
            if (workspace.IsImplicit != before)
            {
                changes.Add((workspace.Time, before = workspace.IsImplicit));
            }
        }

        log.WriteLine(string.Join("; ", changes) + $"; {loop.Statistics.Evaluations} evaluations");
        Assert.Equal([true, false], changes.Select(change => change.IsImplicit));
        Assert.True(changes[0].Time is > 2 and < 4 && changes[1].Time > 6, string.Join("; ", changes));
        Assert.Equal(Math.Sin(60), workspace.State.AsSpan<double>()[0], 1e-4);
        Assert.InRange(loop.Statistics.Evaluations, 0, 3000);
    }
}
