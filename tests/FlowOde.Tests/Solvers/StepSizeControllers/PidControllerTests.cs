using System.Numerics;
using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.StepSizeControllers;

public class PidControllerTests
{
    public static TheoryData<string> Names => ["I", "Pi42", "Pi33", "Pi34", "H211Pi", "H312Pid"];

    /// <summary>With err = C h⁵ the controller settles at err = safety^(k/(β1+β2+β3)), as fast as the roots of q³ − q² + β1q² + β2q + β3 say.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_OnTheModelError_SettlesAtTheSafetyFactorWithItsPoles(string name)
    {
        var beta = (PidCoefficients)typeof(PidCoefficients).GetProperty(name)!.GetValue(null)!;
        var controller = Pid(1e-6) with { Coefficients = beta, MayShrinkAfterAcceptance = true, FirstStep = 0.4 };
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

    private static double SlowestPole(PidCoefficients beta)
    {
        // Durand–Kerner on q³ + (β1 − 1)q² + β2 q + β3.
        Complex[] roots = [new(0.4, 0.9), new(-0.65, 0.72), new(-0.3, -0.8)];
        for (int sweep = 0; sweep < 500; sweep++)
        {
            for (int i = 0; i < 3; i++)
            {
                var q = roots[i];
                var value = (((q + (beta.Beta1 - 1)) * q) + beta.Beta2) * q + beta.Beta3;
                roots[i] -= value / ((q - roots[(i + 1) % 3]) * (q - roots[(i + 2) % 3]));
            }
        }

        return roots.Max(root => root.Magnitude);
    }
}
