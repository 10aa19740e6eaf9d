using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.StepSizeControllers;

/// <summary>Solves that start from how an earlier one stepped.</summary>
public class StepProfileTests
{
    // A pulse: steps of very different lengths.
    private static readonly FunctionField _pulse = Function(1, (t, y, dy) => dy[0] = Math.Cos(3 * y[0]) * Math.Exp(-30 * (t - 0.4) * (t - 0.4)) * 6);

    /// <summary>On errors (c h)^k the plan has the fewest steps, each with the same ∫c dt and so the same error.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-2, 3)]
    public void Plan_OfErrorsByTheModel_HasFewestStepsOfEqualErrors(double start, double end)
    {
        const int k = 5;
        double[] shares = [0, 0.1, 0.4, 0.5, 1], rates = [20, 2, 9, 1];
        var profile = new StepProfile([.. shares.Select(share => 5 - (2 * share))], [.. rates.Select((rate, i) => Math.Pow(rate * (shares[i + 1] - shares[i]), k))]);
        double whole = rates.Select((rate, i) => rate * (shares[i + 1] - shares[i])).Sum();
        double[] plan = profile.Plan(k, 0.9, start, end);
        Assert.Equal((int)Math.Ceiling(whole / 0.9), plan.Length);
        Assert.Equal(end, plan[^1]);
        double[] ends = [.. plan.Select(time => Integral((time - start) / (end - start)))];
        Assert.All(ends.Zip(ends.Prepend(0)), step => Assert.Equal(whole / plan.Length, step.First - step.Second, 1e-12));

        double Integral(double share) => rates.Select((rate, i) => rate * Math.Clamp(share - shares[i], 0, shares[i + 1] - shares[i])).Sum();
    }

    [Fact]
    public void Plan_OfErrorsFarBelowTheTolerance_IsOneStep() =>
        Assert.Equal([2.0], new StepProfile([0, 0.5, 1], [0, 1e-9]).Plan(5, 0.9, 0, 2));

    [Fact]
    public void Solve_FromItsOwnProfileAgainAndAgain_NeedsFewerEvaluationsAtTheSameAccuracy()
    {
        var cold = Problem(_pulse, StepperCatalog.Find("dopri5")!, Pid(1e-6), [0.3], 0, 1);
        using var first = OdeSolver.Solve(cold);
        double exact = Solve(cold with { Controller = Pid(1e-12) })[0];
        var last = first.Statistics;
        for (int i = 0; i < 4; i++)
        {
            using var warm = OdeSolver.Solve(cold with { Controller = Pid(1e-6).StartingFrom(last.Profiles.Single()) });
            last = warm.Statistics;
            Assert.InRange(Math.Abs(warm.Final.AsSpan<double>()[0] - exact), 0, 1e-5);
            Assert.All(last.Profiles.Single().Errors, error => Assert.InRange(error, 0, 1));
        }

        Assert.True(first.Statistics.RejectedSteps > 0);
        Assert.Equal(0, last.RejectedSteps);
        Assert.True(last.Evaluations < 0.85 * first.Statistics.Evaluations, $"{last.Evaluations} after {first.Statistics.Evaluations}");
    }

    [Fact]
    public void Solve_FromAProfileOfAnEasierProblem_RejectsItAndIsStillWithinTolerance()
    {
        var problem = Problem(_pulse, StepperCatalog.Find("dopri5")!, Pid(1e-6).StartingFrom(new StepProfile([0, 1], [0.5])), [0.3], 0, 1);
        using var solution = OdeSolver.Solve(problem);
        double exact = Solve(problem with { Controller = Pid(1e-12) })[0];
        Assert.True(solution.Statistics.RejectedSteps > 0);
        Assert.InRange(Math.Abs(solution.Final.AsSpan<double>()[0] - exact), 0, 1e-5);
    }

    [Fact]
    public void Solve_WithSaveTimes_MeetsThemOnAPlan()
    {
        var cold = Problem(_pulse, StepperCatalog.Find("dopri5")!, Pid(1e-6), [0.3], 0, 0.39, 1);
        using var first = OdeSolver.Solve(cold);
        using var second = OdeSolver.Solve(cold with { Controller = Pid(1e-6).StartingFrom(first.Statistics.Profiles.Single()) });
        Assert.Equal(first.States[0].AsSpan<double>()[0], second.States[0].AsSpan<double>()[0], 1e-5);
        Assert.Contains(0.39, second.Statistics.Profiles.Single().Times);
    }

    [Fact]
    public void Profiles_OfConstantSteps_AreNone()
    {
        using var solution = OdeSolver.Solve(Problem(_pulse, StepperCatalog.Find("dopri5")!, new ConstantStep(4), [0.3], 0, 1));
        Assert.Empty(solution.Statistics.Profiles);
    }

    [Fact]
    public void Prior_WithoutErrors_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => Pid(1e-6).StartingFrom(new([0, 1], [])));
        Assert.Contains("2 times and 0 errors", error.Message);
    }

    /// <summary>Sums of planned lengths miss the planned times by roundings, which are no steps.</summary>
    [Theory]
    [InlineData(-0.3, 0.7)]
    [InlineData(1, -1)]
    [InlineData(-1, 1)]
    [InlineData(0, 3)]
    public void Solve_FromPlansOfAnyTimes_NeverEndsByRounding(double from, double to)
    {
        var random = new Random(1);
        var field = Function(1, (t, y, dy) => dy[0] = -0.5 * y[0] * Math.Cos(3 * t));
        double error = Math.Pow(0.8, 5);
        for (int i = 0; i < 400; i++)
        {
            double[] between = [.. Enumerable.Range(0, 3).Select(_ => from + ((to - from) * random.NextDouble())).OrderBy(time => Math.Abs(time - from))];
            var profile = new StepProfile([from, .. between, to], [error, error, error, error]);
            using var solution = OdeSolver.Solve(Problem(field, StepperCatalog.Find("dopri5")!, Pid(1e-2).StartingFrom(profile), [1], from, to));
            Assert.Equal(to, solution.Times[^1]);
        }
    }
}
