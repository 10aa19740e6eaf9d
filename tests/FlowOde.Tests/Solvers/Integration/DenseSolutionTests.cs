using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Integration;

/// <summary>Which step's polynomial answers for a time.</summary>
public class DenseSolutionTests
{
    [Theory]
    [InlineData(0.0, 2.0)]
    [InlineData(2.0, -1.0)]
    public void StepNear_OfAnyTime_IsTheStepThatHoldsItOrTheNearest(double from, double to)
    {
        using var solution = OdeSolver.SolveDense(Problem(NonAutonomous, StepperCatalog.Find("dopri5")!, Pid(1e-6), [1, 0.5], from, to));
        double sign = Math.Sign(to - from);
        for (int i = 0; i <= 100; i++)
        {
            double time = from + ((to - from) * i / 100);
            var step = solution.StepNear(time);
            Assert.True(sign * (time - step.Time) >= 0 && sign * (step.NextTime - time) >= 0, $"{time} is not within {step.Time} and {step.NextTime}");
        }

        Assert.Equal(from, solution.StepNear(from - (0.1 * sign)).Time);
        Assert.Equal(to, solution.StepNear(to + (0.1 * sign)).NextTime);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Evaluate_OutsideOfTheSolve_IsRefused(double time)
    {
        var problem = Problem(NonAutonomous, StepperCatalog.Find("dopri5")!, Pid(1e-6), [1, 0.5], 0, 1);
        using var solution = OdeSolver.SolveDense(problem);
        Assert.Throws<ArgumentOutOfRangeException>(() => solution.Evaluate(time, problem.Start));
    }
}
