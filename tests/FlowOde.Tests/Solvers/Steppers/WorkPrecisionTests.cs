using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using Xunit.Abstractions;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>What every adaptive method makes of smaller tolerances on problems of the literature (MATH I11).</summary>
public class WorkPrecisionTests(ITestOutputHelper log)
{
    private const double Period = 17.0652165601579626;

    private static readonly (string Name, FunctionField Field, double[] Start, double End)[] _problems =
    [
        ("Van der Pol", Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], (2 * (1 - (y[0] * y[0])) * y[1]) - y[0])), [2, 0], 4),
        ("Lorenz", Function(3, (_, y, dy) => (dy[0], dy[1], dy[2]) = (10 * (y[1] - y[0]), (y[0] * (28 - y[2])) - y[1], (y[0] * y[1]) - (8 / 3.0 * y[2]))), [1, 1, 1], 1),
        ("Brusselator", Function(2, (_, y, dy) => (dy[0], dy[1]) = (1 + (y[0] * y[0] * y[1]) - (4 * y[0]), (3 * y[0]) - (y[0] * y[0] * y[1]))), [1.5, 3], 5),
    ];

    private static readonly Lazy<double[][]> _ends = new(() => [.. _problems.Select(problem => Problems.Solve(Problem(problem.Field, StepperCatalog.Find("dopri8")!, Pid(1e-14), problem.Start, 0, problem.End)))]);

    /// <summary>All but those that can be undone: what undoes a contraction cannot take long steps along one, which these problems have. Their own tests are on the pendulum.</summary>
    public static TheoryData<string> Adaptive => [.. SolverNames.Where(name => StepperCatalog.Find(name) is { EmbeddedOrder: > 0 } and not IReversibleStepper)];

    public static TheoryData<string> HighOrder => [.. SolverNames.Where(name => StepperCatalog.Find(name) is { EmbeddedOrder: >= 4 } and not IReversibleStepper)];

    /// <summary>
    /// Errors fall with tolerances: the slopes of three problems average to about p/(min(p, p̂) + 1), since the length of a step is of that power of the tolerance. That is 1
    /// where the solution has the higher order, 2/3 for TR-BDF2, whose estimate has it.
    /// </summary>
    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Solve_OfThreeProblems_IsAsMuchMoreExactAsItsTolerance(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        double[] tolerances = stepper.EmbeddedOrder < 4 ? [1e-4, 1e-5, 1e-6] : [1e-5, 1e-7, 1e-9];
        double slopes = 0;
        for (int i = 0; i < _problems.Length; i++)
        {
            var (what, field, start, end) = _problems[i];
            double[] errors = [.. tolerances.Select(tolerance => Error(field, stepper, start, end, tolerance, _ends.Value[i]))];
            slopes += Math.Log(errors[0] / errors[2]) / Math.Log(tolerances[0] / tolerances[2]) / _problems.Length;
            log.WriteLine($"{name}, {what}: errors {string.Join(", ", errors.Select(error => error.ToString("E1")))}");
            Assert.True(errors[2] < errors[1] && errors[1] < errors[0], $"{what}: errors {string.Join(", ", errors.Select(error => error.ToString("E1")))} at tolerances {string.Join(", ", tolerances)}");
            Assert.True(errors[2] < 10_000 * tolerances[2], $"{what}: error {errors[2]:E1} at tolerance {tolerances[2]}");
        }

        double expected = stepper.HighestOrder > stepper.Order ? 0.9 : stepper.Order / (Math.Min(stepper.Order, stepper.EmbeddedOrder) + 1.0); // orders rise with the demands
        Assert.InRange(slopes, 0.7 * expected, 1.35 * expected);
    }

    /// <summary>Arenstorf's orbit is closed: after a period it is where it started, to the tolerance times what the orbit makes of errors.</summary>
    [Theory]
    [MemberData(nameof(HighOrder))]
    public void Solve_OfArenstorfsOrbit_Closes(string name)
    {
        const double mu = 0.012277471;
        var arenstorf = Function(4, (_, y, dy) =>
        {
            double d1 = Math.Pow(Math.Pow(y[0] + mu, 2) + (y[1] * y[1]), 1.5), d2 = Math.Pow(Math.Pow(y[0] - (1 - mu), 2) + (y[1] * y[1]), 1.5);
            dy[0] = y[2];
            dy[1] = y[3];
            dy[2] = y[0] + (2 * y[3]) - ((1 - mu) * (y[0] + mu) / d1) - (mu * (y[0] - (1 - mu)) / d2);
            dy[3] = y[1] - (2 * y[2]) - ((1 - mu) * y[1] / d1) - (mu * y[1] / d2);
        });
        double[] start = [0.994, 0, 0, -2.00158510637908252];
        double Positions(double tolerance)
        {
            using var solution = OdeSolver.Solve(Problem(arenstorf, StepperCatalog.Find(name)!, Pid(tolerance), start, 0, Period));
            double[] end = solution.Final.AsSpan<double>(0).ToArray();
            double error = Math.Max(Math.Abs(end[0] - start[0]), Math.Abs(end[1] - start[1]));
            log.WriteLine($"{name}, Arenstorf at {tolerance}: {error:E1} in {solution.Statistics.Evaluations} evaluations, {solution.Statistics.AcceptedSteps} + {solution.Statistics.RejectedSteps} steps");
            return error;
        }

        double coarse = Positions(1e-9), fine = Positions(1e-12);
        Assert.InRange(fine, 0, 1e-5);
        Assert.InRange(Math.Log10(coarse / fine) / 3, 0.6, 1.8);
    }

    private double Error(FunctionField field, IStepper stepper, double[] start, double end, double tolerance, double[] exact)
    {
        using var solution = OdeSolver.Solve(Problem(field, stepper, Pid(tolerance), start, 0, end));
        log.WriteLine($"  {stepper.Name} at {tolerance}: {solution.Statistics.Evaluations} evaluations, {solution.Statistics.AcceptedSteps} + {solution.Statistics.RejectedSteps} steps");
        return solution.Final.AsSpan<double>(0).ToArray().Zip(exact, (a, b) => Math.Abs(a - b)).Max();
    }
}
