using System.Numerics;
using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.StepSizeControllers;

public class PidControllerTests
{
    public static TheoryData<string> Names => ["I", "Dopri5", "Pi42", "Pi33", "Pi34", "H211Pi", "H211B", "H312Pid"];

    /// <summary>With err = C h⁵ the controller settles at err = safety^(k/(β1+β2+β3)), as fast as the roots of q³ − q² + β1q² + β2q + β3 say.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_OnTheModelError_SettlesAtTheSafetyFactorWithItsPoles(string name)
    {
        var beta = (PidCoefficients)typeof(PidCoefficients).GetProperty(name)!.GetValue(null)!;
        var controller = Pid(1e-6) with { Safety = 0.9, Coefficients = beta, MayShrinkAfterAcceptance = true, FirstStep = 0.4 };
        var control = controller.Start(StepperCatalog.Find("dopri5")!, [0, 1]);
        double target = Math.Pow(0.9, 5 / (beta.Beta1 + beta.Beta2 + beta.Beta3));
        double settled = Math.Pow(target / 3, 0.2);
        var distances = new List<double>();
        for (int i = 0; i < 60; i++)
        {
            double step = control.Propose(0, 1, false, _ => double.NaN);
            distances.Add(Math.Abs(Math.Log(step / settled)));
            Assert.True(control.Judge(3 * Math.Pow(step, 5), step, step));
        }

        Assert.InRange(distances[^1], 0, 1e-6);
        double slowest = SlowestPole(beta);
        if (distances[4] < 1e-14)
        {
            return; // the elementary controller settles in one step: its only pole is 0
        }

        double rate = Math.Pow(distances.Skip(12).First(d => d < 1e-4) / distances[4], 1.0 / (distances.FindIndex(12, d => d < 1e-4) - 4));
        Assert.InRange(rate, 0, slowest + 0.12);
    }

    [Fact]
    public void Solve_ADecayWithDopri5_AcceptsTheFirstStep()
    {
        using var solution = OdeSolver.Solve(Problem(Function(1, (_, y, dy) => dy[0] = -y[0]), StepperCatalog.Find("dopri5")!, Pid(1e-6), [1], 0, 1));
        Assert.Equal(0, solution.Statistics.RejectedSteps);
    }

    [Fact]
    public void Start_WithAMethodThatEstimatesNoError_SaysWhichDo()
    {
        var error = Assert.Throws<ArgumentException>(() => Problems.Solve(Problem(NonAutonomous, StepperCatalog.Find("rk4")!, Pid(1e-6), [1, 1], 0, 1)));
        Assert.Contains("dopri5", error.Message);
    }

    [Fact]
    public void Judge_ZeroOrNonFiniteError_GrowsTenfoldOrShrinksFivefold()
    {
        var control = (Pid(1e-6) with { FirstStep = 1 }).Start(StepperCatalog.Find("dopri5")!, [0, 1]);
        control.Propose(0, 1, true, _ => double.NaN);
        Assert.True(control.Judge(0, 1, 1));
        Assert.Equal(10, control.Propose(0, 1, false, _ => double.NaN), 1e-12);
        Assert.False(control.Judge(double.NaN, 10, 10));
        Assert.Equal(2, control.Propose(0, 1, false, _ => double.NaN), 1e-12);
        Assert.False(control.Judge(double.PositiveInfinity, 2, 2));
        Assert.True(control.Judge(1e-3, 0.4, 0.4));
        Assert.Equal(0.4, control.Propose(0, 1, false, _ => double.NaN), 1e-12); // no growth right after a rejection
    }

    /// <summary>
    /// The published poles (MATH A8): of q³ + (β1 + α − 1)q² + (β2 − α)q + β3, α being the exponent of the last change of the step.
    /// </summary>
    [Theory]
    [InlineData("I", 0, 0, 0)]
    [InlineData("Pi42", 0.690, -0.290, 0)]
    [InlineData("Pi33", 0.768, -0.434, 0)]
    [InlineData("Pi34", 0.8, -0.5, 0)]
    [InlineData("H211Pi", 0.5, 1 / 3.0, 0)]
    [InlineData("H312Pid", 0.623, 0.5, -0.178)]
    [InlineData("H211B", 0.5, 0, 0)]
    public void Judge_OnTheModelError_MovesByThePublishedPoles(string name, double first, double second, double third)
    {
        // Around the length that is settled at, a deviation obeys d_{n+1} = s1 d_n − s2 d_{n−1} + s3 d_{n−2} with the symmetric functions of the poles.
        double s1 = first + second + third, s2 = (first * second) + (first * third) + (second * third), s3 = first * second * third;
        var beta = (PidCoefficients)typeof(PidCoefficients).GetProperty(name)!.GetValue(null)!;
        double target = Math.Pow(0.9, 5 / (beta.Beta1 + beta.Beta2 + beta.Beta3)), settled = Math.Pow(target / 3, 0.2);
        var control = (Pid(1e-6) with { Safety = 0.9, Coefficients = beta, MayShrinkAfterAcceptance = true, FirstStep = 0.85 * settled }).Start(StepperCatalog.Find("dopri5")!, [0, 1]);
        var deviations = new List<double>();
        for (int i = 0; i < 24; i++)
        {
            double step = control.Propose(0, 1, false, _ => double.NaN);
            deviations.Add(Math.Log(step / settled));
            Assert.True(control.Judge(3 * Math.Pow(step, 5), step, step));
            if (i > 5)
            {
                double expected = (s1 * deviations[i - 1]) - (s2 * deviations[i - 2]) + (s3 * deviations[i - 3]);
                Assert.Equal(expected, deviations[i], 2e-3 * Math.Abs(deviations[i - 1]) + 1e-12);
            }
        }
    }

    /// <summary>DOPRI5's rule: err^(−(1/5 − 0.75·0.04)) err_before^0.04 after an accepted step, the first factor alone after a rejected one.</summary>
    [Fact]
    public void Judge_WithDopri5sControl_FollowsItsCode()
    {
        const double first = (1 / 5.0) - (0.75 * 0.04), second = 0.04;
        var control = (Pid(1e-6) with { Safety = 0.9, Coefficients = PidCoefficients.Dopri5, MayShrinkAfterAcceptance = true, FirstStep = 0.02 }).Start(StepperCatalog.Find("dopri5")!, [0, 1]);
        double step = 0.02;
        double Judged(double error, bool accepted)
        {
            Assert.Equal(accepted, control.Judge(error, step, step));
            return control.Propose(0, 1, false, _ => double.NaN);
        }

        Assert.Equal(step * 0.9 * Math.Pow(0.5, -first), Judged(0.5, true), 1e-12); // the code starts from 1e-4, this from 1
        step = control.Propose(0, 1, false, _ => double.NaN);
        double next = step * 0.9 * Math.Pow(0.2, -first) * Math.Pow(0.5, second);
        Assert.Equal(next, Judged(0.2, true), 1e-12);
        step = next;
        Assert.Equal(step * 0.9 * Math.Pow(3, -first), Judged(3, false), 1e-12);
        step = control.Propose(0, 1, false, _ => double.NaN);
        next = step * Math.Min(1, 0.9 * Math.Pow(1e-6, -first) * Math.Pow(0.2, second));
        Assert.Equal(next, Judged(1e-6, true), 1e-12); // no growth right after a rejection
        Assert.Equal(next * 0.9 * Math.Pow(0.4, -first) * Math.Pow(1e-4, second), Judged(0.4, true), 1e-12); // 1e-4 is what is remembered of 1e-6
    }

    [Fact]
    public void Limit_OfEachLimiter_IsWhatItsNameSays()
    {
        Assert.Equal([0.2, 0.5, 7, 10], new[] { 0, 0.5, 7, double.PositiveInfinity }.Select(StepLimiter.Clip.Limit));
        Assert.Equal([1 - (Math.PI / 4), 1, 1 + (Math.PI / 2)], new[] { 0, 1, double.PositiveInfinity }.Select(StepLimiter.Smooth.Limit), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Solve_WithTheSmoothLimiter_IsAsExactAndNeverGrowsFasterThanIt()
    {
        var smooth = Pid(1e-8) with { Limiter = StepLimiter.Smooth, MayShrinkAfterAcceptance = true, FirstStep = 1e-4 };
        var (grid, end) = Grid(smooth);
        var (clipped, other) = Grid(smooth with { Limiter = StepLimiter.Clip });
        Assert.All(end.Zip(other), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        double fastest = grid.Zip(grid.Skip(1)).Max(pair => pair.Second / pair.First), fastestClipped = clipped.Zip(clipped.Skip(1)).Max(pair => pair.Second / pair.First);
        Assert.InRange(fastest, 1.5, 1 + (Math.PI / 2));
        Assert.InRange(fastestClipped, 3, 10.000001);
    }

    [Theory]
    [InlineData(0, 0.06)]
    [InlineData(0.02, double.PositiveInfinity)]
    [InlineData(0.04, 0.05)]
    public void Solve_WithBounds_MakesNoStepBeyondThem(double shortest, double longest)
    {
        var (grid, _) = Grid(Pid(1e-3) with { MinStep = shortest, MaxStep = longest, FirstStep = 1e-3 });
        Assert.InRange(grid.Max(), 0, longest * (1 + 1e-12));
        Assert.InRange(grid.SkipLast(2).Min(), shortest * (1 - 1e-12), 1); // what is left to the end may be shorter
        Assert.True(shortest > 0 || Math.Abs(grid.Max() - longest) < 1e-12, $"the longest step is {grid.Max()}");
    }

    /// <summary>A rest of 1.03 steps is made in one that is stretched, unless that is the longest one allowed.</summary>
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Solve_OverHardlyMoreThanTheLongestStep_MakesTwo(double longest, int steps)
    {
        var line = Function(1, (_, _, dy) => dy[0] = 1);
        using var solution = OdeSolver.Solve(Problem(line, StepperCatalog.Find("dopri5")!, Pid(1e-3) with { FirstStep = 1, MaxStep = longest }, [0], 0, 1.03));
        Assert.Equal(steps, solution.Statistics.AcceptedSteps);
    }

    [Fact]
    public void Solve_WithAShortestStepThatIsTooLong_EndsAndNamesIt()
    {
        var error = Assert.Throws<OdeSolveException>(() => Grid(Pid(1e-10) with { MinStep = 0.4 }));
        Assert.Contains("shortest length allowed, 0.4", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, error.Time);
    }

    [Fact]
    public void Start_WithBoundsThatContradictEachOther_NamesBoth()
    {
        string message = Assert.Throws<ArgumentException>(() => Grid(Pid(1e-6) with { MinStep = 0.5, MaxStep = 0.1 })).Message;
        Assert.Contains("MinStep = 0.5", message, StringComparison.Ordinal);
        Assert.Contains("MaxStep = 0.1", message, StringComparison.Ordinal);
    }

    /// <summary>The lengths of the accepted steps of a solve over two units of time, and its end.</summary>
    private static (double[] Steps, double[] End) Grid(PidController controller)
    {
        using var solution = OdeSolver.Solve(Problem(NonAutonomous, StepperCatalog.Find("dopri5")!, controller, [0.8, -0.4], 0, 2));
        var times = solution.Statistics.Profiles[0].Times;
        return ([.. times.Zip(times.Skip(1), (a, b) => b - a)], solution.Final.AsSpan<double>(0).ToArray());
    }

    private static double SlowestPole(PidCoefficients beta)
    {
        // Durand–Kerner on q³ + (β1 + α − 1)q² + (β2 − α)q + β3.
        Complex[] roots = [new(0.4, 0.9), new(-0.65, 0.72), new(-0.3, -0.8)];
        for (int sweep = 0; sweep < 500; sweep++)
        {
            for (int i = 0; i < 3; i++)
            {
                var q = roots[i];
                var value = (((q + (beta.Beta1 + beta.Alpha - 1)) * q) + beta.Beta2 - beta.Alpha) * q + beta.Beta3;
                roots[i] -= value / ((q - roots[(i + 1) % 3]) * (q - roots[(i + 2) % 3]));
            }
        }

        return roots.Max(root => root.Magnitude);
    }

    /// <summary>A field that changes fast in a jump: a step of the shortest length that is not accepted ends the solve, though it may be a rounding longer.</summary>
    [Theory]
    [InlineData("dopri5")]
    [InlineData("bosh3")]
    [InlineData("rkf45")]
    [InlineData("tsit5")]
    public void Solve_WithAShortestStepThatFails_DoesNotTryItAgain(string method)
    {
        for (int i = 0; i < 40; i++)
        {
            double jump = 0.5 + (i / 80.0);
            var field = Function(1, (t, y, dy) => dy[0] = t < jump ? -y[0] : 500 - y[0]);
            var problem = Problem(field, StepperCatalog.Find(method)!, Pid(1e-8) with { MinStep = 1e-3 }, [1], 0, 2) with { Limits = new() { MaxSteps = 5000 } };
            Assert.Contains("shortest length allowed, 0.001", Assert.Throws<OdeSolveException>(() => Problems.Solve(problem)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void RequireReachable_OfAnAbsoluteToleranceThatIsZeroInSingle_IsRefused()
    {
        new Tolerances(1e-3, 1e-46).RequireReachable(TorchSharp.torch.ScalarType.Float64);
        Assert.Contains("is 0 in Float32", Assert.Throws<ArgumentException>(() => new Tolerances(1e-3, 1e-46).RequireReachable(TorchSharp.torch.ScalarType.Float32)).Message, StringComparison.Ordinal);
    }
}
