using FlowOde.Solvers.Steppers;
using FlowOde.Tests.Solvers.Rows;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.StepSizeControllers;

/// <summary>The first step by Hairer, Nørsett and Wanner (II.4), worked out by hand.</summary>
public class InitialStepTests
{
    /// <summary>
    /// ẏ = −y from 1 at 1e-6 + 1e-6: the scale is 2e-6, d0 = d1 = d2 = 5e5, h0 = 0.01·d0/d1, h1 = (0.01/5e5)^(1/(p + 1)). An exponent
    /// 1/p, also found in use, would give 0.029 in place of 0.052 for dopri5.
    /// </summary>
    [Theory]
    [InlineData("dopri5", 5, 1 / 5.0, 0.0, 10.0)]
    [InlineData("dopri5", 5, 1 / 5.0, 3.0, -7.0)]
    [InlineData("bosh3", 3, 1 / 2.0, 0.0, 10.0)]
    public void Find_OnADecay_IsTheNumberFoundByHand(string name, int order, double firstNode, double from, double to)
    {
        var times = new List<double>();
        int sign = Math.Sign(to - from);
        var decay = Function(1, (t, y, dy) =>
        {
            times.Add(sign * (t - from));
            dy[0] = -sign * y[0];
        });
        Problems.Solve(Problem(decay, StepperCatalog.Find(name)!, Pid(1e-6), [1], from, to));
        Assert.Equal(0, times[0]);
        Assert.Equal(0.01, times[1], 1e-14);
        Assert.Equal(firstNode * Math.Pow(0.01 / 5e5, 1.0 / (order + 1)), times[2], 1e-12);
    }

    [Fact]
    public void Find_FromZero_StartsWithATinyEulerStepAndHasNoMoreThanAHundredOfThem()
    {
        var times = new List<double>();
        var line = Function(1, (t, _, dy) =>
        {
            times.Add(t);
            dy[0] = 1e-9;
        });
        Problems.Solve(Problem(line, StepperCatalog.Find("dopri5")!, Pid(1e-6), [0], 0, 1));
        Assert.Equal(1e-6, times[1], 1e-18);
        Assert.Equal(1e-4 / 5, times[2], 1e-12); // d0 = 0 says nothing of the scale, so h = 100·h0
    }

    /// <summary>Where time is coarse, so are the first step and the trial before it.</summary>
    [Theory]
    [InlineData("dopri5", 1e11, false)]
    [InlineData("dopri5", 1e11, true)]
    [InlineData("bosh3", 1e12, false)]
    [InlineData("heun2", 1e12, true)]
    [InlineData("bdf", 1e12, false)]
    public void Solve_FromALargeTime_GoesOn(string method, double from, bool isPerRow)
    {
        var settle = Function(1, (_, y, dy) => dy[0] = 1 - y[0]);
        var problem = Problem(isPerRow ? new RowClock(from) : settle, StepperCatalog.Find(method)!, Pid(1e-4), [0], from, from + 5);
        Assert.Equal(isPerRow ? Math.Sin(5) : 1 - Math.Exp(-5), Problems.Solve(problem with { IsPerRow = isPerRow })[0], 2e-3);
    }
}
