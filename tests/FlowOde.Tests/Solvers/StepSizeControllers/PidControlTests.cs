using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.StepSizeControllers;

/// <summary>The memory of the controller: which errors, and which lengths, decide a proposal.</summary>
public class PidControlTests
{
    private static readonly double[] _errors = [0.4, 0.9, 0.05, 0.3, 0.75, 2.6, 0.5, 0.012, 0.6, 0.2];

    /// <summary>
    /// h' = h·0.9·err_n^(−β1/5) err_(n−1)^(−β2/5) err_(n−2)^(−β3/5) over ten steps. The sixth is rejected: the elementary rule follows, its
    /// error is forgotten, and the step after it must not grow.
    /// </summary>
    [Theory]
    [InlineData("H312Pid", 1 / 18.0, 1 / 9.0, 1 / 18.0)]
    [InlineData("Pi42", 3 / 5.0, -1 / 5.0, 0)]
    [InlineData("Pi33", 2 / 3.0, -1 / 3.0, 0)]
    public void Judge_OverTenSteps_FollowsTheRecursion(string name, double beta1, double beta2, double beta3)
    {
        var coefficients = (PidCoefficients)typeof(PidCoefficients).GetProperty(name)!.GetValue(null)!;
        var control = Start(Pid(1e-6) with { Safety = 0.9, Coefficients = coefficients, MayShrinkAfterAcceptance = true, FirstStep = 0.02 });
        double expected = 0.02;
        var accepted = new List<double> { 1, 1 };
        for (int n = 0; n < _errors.Length; n++)
        {
            double step = control.Propose(0, 1, false, _ => double.NaN);
            Assert.Equal(expected, step, expected * 1e-13);
            Assert.Equal(n != 5, control.Judge(_errors[n], step, step));
            if (n == 5)
            {
                expected *= 0.9 * Math.Pow(2.6, -1 / 5.0);
                continue;
            }

            accepted.Add(_errors[n]);
            double factor = 0.9 * Math.Pow(accepted[^1], -beta1 / 5) * Math.Pow(accepted[^2], -beta2 / 5) * Math.Pow(accepted[^3], -beta3 / 5);
            Assert.InRange(factor, 0.3, 9); // no limit of the factor decides
            expected *= n == 6 ? Math.Min(1, factor) : factor;
        }

        Assert.Equal(expected, control.Propose(0, 1, false, _ => double.NaN), expected * 1e-13);
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(0.9)]
    public void Judge_OfAStepClippedToATarget_KeepsTheLengthProposedBefore(double error)
    {
        var control = Start(Pid(1e-6) with { MayShrinkAfterAcceptance = true, FirstStep = 0.4 });
        double proposed = control.Propose(0, 1, true, _ => double.NaN);
        Assert.True(control.Judge(error, 0.01, proposed));
        Assert.InRange(control.Propose(0, 1, true, _ => double.NaN), 0.4, 0.4 * 10);
    }

    [Fact]
    public void Judge_OfAClippedStepThatFails_ForgetsTheLengthProposedBefore()
    {
        var control = Start(Pid(1e-6) with { FirstStep = 0.4 });
        Assert.False(control.Judge(40, 0.01, control.Propose(0, 1, true, _ => double.NaN)));
        Assert.InRange(control.Propose(0, 1, true, _ => double.NaN), 0.002, 0.01);
    }

    private static StepSizeControl Start(PidController controller) => controller.Start(StepperCatalog.Find("dopri5")!, [0, 1]);
}
