using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using Xunit.Abstractions;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>The methods of variable order at each of their orders.</summary>
public class FixedOrderTests(ITestOutputHelper log)
{
    private static readonly double[] _start = [0.8, -0.4];

    /// <summary>Growth with seasons. Where steps are as long as high orders allow for errors of 1e-11, the errors of most other fields lie below what the order makes of them.</summary>
    private static readonly FunctionField _seasons = Function(2, (t, y, dy) =>
    {
        dy[0] = y[0] * (Math.Cos(3 * t) - (0.2 * y[0]));
        dy[1] = (y[0] * Math.Sin(2 * t)) - (0.5 * y[1]);
    });

    public static TheoryData<string> Names => [.. Enumerable.Range(1, 5).Select(order => $"bdf:{order}"), .. Enumerable.Range(2, 12).Select(order => $"adams:{order}")];

    /// <summary>With constant steps, their start included. The slope is that of the line nearest in least squares to all errors between 1e-11 and 1e-4.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_OnATimeDependentField_ConvergesAtTheOrder(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        Assert.Equal(int.Parse(name[(name.IndexOf(':') + 1)..]), stepper.Order);
        var (field, end) = stepper.Order > 8 ? (_seasons, 4.0) : (NonAutonomous, 2.0);
        double[] exact = Exact(field, end);
        var points = new List<(double LogStep, double LogError)>();
        double finer = stepper.Order == 1 ? 1.4 : Math.Pow(2, 1.0 / stepper.Order); // where the order is high few steps lie between the errors
        for (double steps = stepper.Order == 1 ? 16384 : 3 * stepper.Order; steps < 1e5; steps *= finer) // those of the starter are a third at most
        {
            double error = Distance(Problems.Solve(Problem(field, stepper, new ConstantStep((int)steps), _start, 0, end)), exact);
            if (error is > 1e-11 and < 1e-4)
            {
                points.Add((Math.Log(end / (int)steps), Math.Log(error)));
            }

            if (error < 1e-11 || points.Count == 24)
            {
                break;
            }
        }

        Assert.True(points.Count >= 4, $"Only {points.Count} errors of {name} lie between 1e-11 and 1e-4, too few for a slope.");
        double x = points.Average(point => point.LogStep), y = points.Average(point => point.LogError);
        double slope = points.Sum(point => (point.LogStep - x) * (point.LogError - y)) / points.Sum(point => (point.LogStep - x) * (point.LogStep - x));
        log.WriteLine($"{name}: slope {slope:F2} over {points.Count} errors from {Math.Exp(points[0].LogError):E1} to {Math.Exp(points[^1].LogError):E1}");
        Assert.InRange(slope, stepper.Order - 0.2, stepper.Order + (stepper.Order < 9 ? 1 : 3)); // more where the steps are still long
    }

    /// <summary>The steps of the start alone, at lengths at which their errors are far above round-off: an error of the method's order is what its later steps can bear.</summary>
    [Theory]
    [InlineData("bdf:2", 0.1)]
    [InlineData("bdf:5", 0.1)]
    [InlineData("adams:6", 0.2)]
    [InlineData("adams:7", 0.2)]
    [InlineData("adams:10", 0.4)]
    [InlineData("adams:13", 0.4)]
    public void Solve_AsFarAsTheStart_HasErrorsOfTheOrder(string name, double step)
    {
        var stepper = StepperCatalog.Find(name)!;
        int count = stepper is BdfMethod ? stepper.Order : stepper.Order - 2; // the states and derivatives that the method needs before its first step, less that at 0
        double Error(double step) => Distance(Problems.Solve(Problem(_seasons, stepper, new ConstantStep(count), _start, 0, count * step)), Exact(_seasons, count * step));
        double coarse = Error(step), fine = Error(step / 2), slope = Math.Log2(coarse / fine);
        log.WriteLine($"{name}: slope {slope:F2} between errors {coarse:E1} and {fine:E1}");
        Assert.True(slope > stepper.Order - 0.3, $"slope {slope:F2} between errors {coarse:E1} and {fine:E1}");
    }

    /// <summary>Each second step is three times as long as those around it.</summary>
    [Theory]
    [InlineData("bdf:1", 160)]
    [InlineData("bdf:2", 80)]
    [InlineData("bdf:3", 80)]
    [InlineData("adams:3", 40)]
    [InlineData("adams:7", 20)]
    public void Solve_OnAGridOfUnequalSteps_KeepsTheOrder(string name, int pairs)
    {
        var stepper = StepperCatalog.Find(name)!;
        double[] exact = Exact(NonAutonomous, 2);
        double Error(int pairs)
        {
            double[] grid = [.. Enumerable.Range(0, 2 * pairs).Select(n => 2 * ((n / 2) + (n % 2 * 0.25)) / pairs), 2];
            return Distance(Problems.Solve(Problem(NonAutonomous, stepper, new FrozenGrid(grid, [0, 2]), _start, 0, 2)), exact);
        }

        double coarse = Error(pairs), fine = Error(2 * pairs), slope = Math.Log2(coarse / fine);
        log.WriteLine($"{name}: slope {slope:F2} between errors {coarse:E1} and {fine:E1}");
        Assert.InRange(slope, stepper.Order - 0.3, stepper.Order + 1);
    }

    /// <summary>With tolerances the error estimated is that of order k, which falls as h^(k + 1) in a step: so the steps grow in number, and what they add up to falls.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_WithTolerances_HoldsThem(string name)
    {
        var stepper = StepperCatalog.Find(name)!;
        double[] exact = Exact(NonAutonomous, 2);
        (double Error, SolveStatistics Cost) Run(double tolerance)
        {
            using var solution = OdeSolver.Solve(Problem(NonAutonomous, stepper, Pid(tolerance), _start, 0, 2));
            return (Distance(solution.Final.AsSpan<double>(0).ToArray(), exact), solution.Statistics);
        }

        double coarse = stepper.Order == 1 ? 1e-4 : 1e-5, fine = stepper.Order == 1 ? 1e-6 : 1e-9;
        var (less, more) = (Run(coarse), Run(fine));
        double growth = (double)more.Cost.AcceptedSteps / less.Cost.AcceptedSteps, expected = Math.Pow(coarse / fine, 1.0 / (stepper.EmbeddedOrder + 1));
        log.WriteLine($"{name}: {less.Error:E1} in {less.Cost.AcceptedSteps} + {less.Cost.RejectedSteps} steps, {more.Error:E1} in {more.Cost.AcceptedSteps} + {more.Cost.RejectedSteps}, {more.Cost.Evaluations} evaluations; {growth:F1} times the steps, in theory {expected:F1}");
        double power = stepper.EmbeddedOrder / (stepper.EmbeddedOrder + 1.0);
        Assert.InRange(less.Error, 0, 5 * Math.Pow(coarse, power));
        Assert.InRange(more.Error, 0, 5 * Math.Pow(fine, power));
        Assert.InRange(growth, expected / 2, expected * 2);
        Assert.InRange(more.Cost.RejectedSteps, 0, 10 + (more.Cost.AcceptedSteps / 2));
    }

    /// <summary>After a short step to a time that must be met the differences of a high order cannot be stretched: the method starts again.</summary>
    [Theory]
    [InlineData("bdf:5")]
    [InlineData("adams:9")]
    public void Solve_WithAShortStepBetween_GoesOn(string name)
    {
        using var solution = OdeSolver.Solve(Problem(NonAutonomous, StepperCatalog.Find(name)!, new FrozenGrid([.. Enumerable.Range(0, 65).Select(n => n / 64.0), 1 + 1e-7, .. Enumerable.Range(65, 64).Select(n => n / 64.0)], [0, 1 + 1e-7, 2]), _start, 0, 1 + 1e-7, 2));
        Assert.InRange(Distance(solution.Final.AsSpan<double>(0).ToArray(), Exact(NonAutonomous, 2)), 0, 1e-6);
    }

    [Theory]
    [InlineData("bdf:0", "1 to 5")]
    [InlineData("bdf:6", "1 to 5")]
    [InlineData("adams:1", "2, with one step, to 13")]
    [InlineData("adams:14", "2, with one step, to 13")]
    public void Find_OfAnOrderThatThereIsNot_SaysWhichThereAre(string name, string orders) =>
        Assert.Contains(orders, Assert.Throws<ArgumentOutOfRangeException>(() => StepperCatalog.Find(name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("bdf:")]
    [InlineData("bdf:two")]
    [InlineData("adams:-3")]
    [InlineData("adams:99999999999")]
    public void Find_WithoutANumber_SaysThatOneIsWanted(string name) =>
        Assert.Contains("whole number", Assert.Throws<ArgumentOutOfRangeException>(() => StepperCatalog.Find(name)).Message, StringComparison.Ordinal);

    private static double[] Exact(FunctionField field, double time) => Problems.Solve(Problem(field, StepperCatalog.Find("dopri8")!, new ConstantStep(800), _start, 0, time));

    private static double Distance(double[] state, double[] exact) => Math.Max(Math.Abs(state[0] - exact[0]), Math.Abs(state[1] - exact[1]));
}
