using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Tableaus;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>What every method must do, one-step or not.</summary>
public class StepperTests
{
    private static readonly double[] _start = [0.8, -0.4];
    private static readonly double[] _reference = Problems.Solve(Problem(NonAutonomous, new ExplicitRungeKutta(Dopri5.Tableau), new ConstantStep(4000), _start, 0, 2));

    public static TheoryData<string> Names => [.. SolverNames];

    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_OnATimeDependentField_ConvergesAtTheStatedOrder(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        var points = new List<(double LogStep, double LogError)>();
        int[] counts = stepper is AdamsMethod ? [32, 64, 128, 256, 512, 1024, 2048] // of eight steps half are the starter's
            : stepper.Order switch
            {
                1 => [16384, 32768, 65536],
                2 => [128, 256, 512, 1024, 2048],
                < 8 => [8, 16, 32, 64, 128, 256, 512],
                _ => [2, 3, 4, 5, 6],
            };
        foreach (int steps in counts)
        {
            double[] end = Problems.Solve(Problem(NonAutonomous, stepper, new ConstantStep(steps), _start, 0, 2));
            double error = Math.Max(Math.Abs(end[0] - _reference[0]), Math.Abs(end[1] - _reference[1]));
            if (error is > 1e-11 and < 1e-4)
            {
                points.Add((Math.Log(2.0 / steps), Math.Log(error)));
            }
        }

        Assert.True(points.Count >= 3, $"Only {points.Count} errors of {name} lie between 1e-11 and 1e-4, too few for a slope.");
        double slope = Slope(points);
        Assert.InRange(slope, stepper.Order - 0.2, stepper.Order + 0.7); // more, where the leading term is small, as that of tsit5 is
    }

    /// <summary>Of the line that is nearest in least squares.</summary>
    private static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        double x = points.Average(point => point.X), y = points.Average(point => point.Y);
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SolveDense_BetweenSteps_ConvergesAtTheDenseOrder(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        double Error(int steps)
        {
            var problem = Problem(NonAutonomous, stepper, new ConstantStep(steps), _start, 0, 2);
            using var dense = OdeSolver.SolveDense(problem);
            using var state = problem.Start.CreateLike();
            double worst = 0;
            foreach (double time in new[] { 0.33, 0.777, 1.1, 1.51, 1.93 })
            {
                dense.Evaluate(time, state);
                double[] exact = Problems.Solve(Problem(NonAutonomous, new ExplicitRungeKutta(Dopri5.Tableau), new ConstantStep(2000), _start, 0, time));
                worst = Math.Max(worst, Math.Max(Math.Abs(state.AsSpan<double>()[0] - exact[0]), Math.Abs(state.AsSpan<double>()[1] - exact[1])));
            }

            return worst;
        }

        // The global error of the solution has the method's order; what is interpolated in a step adds one of the dense order plus 1.
        int steps = stepper.Order < 8 ? 32 : 4;
        double slope = Math.Log2(Error(steps) / Error(4 * steps)) / 2;
        Assert.InRange(slope, Math.Min(stepper.Order, stepper.DenseOrder + 1) - 0.4, 7);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SolveDense_AtStepEnds_EqualsTheSolution(string name)
    {
        var problem = Problem(NonAutonomous, StepperCatalog.Find(name)!, new ConstantStep(7), _start, 0, 1, 2);
        using var dense = OdeSolver.SolveDense(problem);
        using var solution = OdeSolver.Solve(problem);
        using var state = problem.Start.CreateLike();
        for (int i = 0; i < 2; i++)
        {
            dense.Evaluate(problem.Times[i + 1], state);
            Assert.Equal(solution.States[i].AsSpan<double>()[0], state.AsSpan<double>()[0], 1e-14);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => dense.Evaluate(2.5, state));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_ThereAndBack_ReturnsTheStart(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        IStepSizeController controller = stepper.Order == 1 ? new ConstantStep(20000) : new ConstantStep(400);
        double[] end = Problems.Solve(Problem(NonAutonomous, stepper, controller, _start, 0, 2));
        double[] back = Problems.Solve(Problem(NonAutonomous, stepper, controller, end, 2, 0));
        Assert.Equal(_start[0], back[0], 1e-3 / Math.Pow(10, stepper.Order - 1));
        Assert.Equal(_start[1], back[1], 1e-3 / Math.Pow(10, stepper.Order - 1));
    }

    [Fact]
    public void Solve_BackwardInTime_EqualsTheReflectedField()
    {
        var reflected = Function(2, (t, y, dy) =>
        {
            dy[0] = -(y[1] * Math.Cos(-t));
            dy[1] = -(-Math.Sin(y[0]) + (0.3 * y[0] * y[1]));
        });
        double[] backward = Problems.Solve(Problem(NonAutonomous, StepperCatalog.Find("dopri5")!, Pid(1e-7), _start, 0, -2));
        double[] forward = Problems.Solve(Problem(reflected, StepperCatalog.Find("dopri5")!, Pid(1e-7), _start, 0, 2));
        Assert.Equal(forward[0], backward[0], 1e-14);
    }

    [Fact]
    public void Solve_TheArenstorfOrbit_ReturnsAfterItsPeriod()
    {
        const double mu = 0.012277471, period = 17.0652165601579626;
        var arenstorf = Function(4, (_, y, dy) =>
        {
            double d1 = Math.Pow(Math.Pow(y[0] + mu, 2) + (y[1] * y[1]), 1.5), d2 = Math.Pow(Math.Pow(y[0] - (1 - mu), 2) + (y[1] * y[1]), 1.5);
            dy[0] = y[2];
            dy[1] = y[3];
            dy[2] = y[0] + (2 * y[3]) - ((1 - mu) * (y[0] + mu) / d1) - (mu * (y[0] - (1 - mu)) / d2);
            dy[3] = y[1] - (2 * y[2]) - ((1 - mu) * y[1] / d1) - (mu * y[1] / d2);
        });
        double[] start = [0.994, 0, 0, -2.00158510637908252];
        double[] end = Problems.Solve(Problem(arenstorf, StepperCatalog.Find("dopri5")!, Pid(1e-12), start, 0, period));
        Assert.Equal(start[0], end[0], 1e-6);
        Assert.Equal(start[1], end[1], 1e-5);
    }

    [Theory]
    [InlineData("dopri5", 1.0)]
    [InlineData("bosh3", 1.0)]
    public void Solve_WithSmallerTolerances_IsAsMuchMoreExact(string name, double slope)
    {
        double Error(double tolerance)
        {
            double[] end = Problems.Solve(Problem(NonAutonomous, StepperCatalog.Find(name)!, Pid(tolerance), _start, 0, 2));
            return Math.Max(Math.Abs(end[0] - _reference[0]), Math.Abs(end[1] - _reference[1]));
        }

        Assert.InRange(Math.Log10(Error(1e-5) / Error(1e-9)) / 4, slope - 0.3, slope + 0.35);
    }

    [Fact]
    public void Solve_WithDopri5_CountsTwoPlusSixEvaluationsAStep()
    {
        var field = Function(1, (t, y, dy) => dy[0] = Math.Cos(40 * t) * y[0]);
        using var solution = OdeSolver.Solve(Problem(field, StepperCatalog.Find("dopri5")!, Pid(1e-6), [1], 0, 3));
        var cost = solution.Statistics;
        Assert.True(cost.RejectedSteps > 0);
        Assert.Equal(2 + (6 * (cost.AcceptedSteps + cost.RejectedSteps)), cost.Evaluations);
        Assert.Equal(field.Evaluations, cost.Evaluations);
    }

    [Fact]
    public void Solve_WithSaveTimes_MeetsEachOfThem()
    {
        var decay = Function(1, (_, y, dy) => dy[0] = -y[0]);
        using var solution = OdeSolver.Solve(Problem(decay, StepperCatalog.Find("dopri5")!, Pid(1e-9), [1], 0, 0.1, 0.5, 3));
        Assert.Equal([Math.Exp(-0.1), Math.Exp(-0.5), Math.Exp(-3)], solution.States.Select(s => s.AsSpan<double>()[0]), (a, b) => Math.Abs(a - b) < 1e-8);
    }
}
