using FlowOde.Solvers;
using FlowOde.Solvers.Steppers;
using FlowOde.Tests.Solvers.Steppers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Newton;

/// <summary>Steps are taken whose equations are solved: no Jacobian of elsewhere makes a far solution look near.</summary>
public class NewtonConvergenceTests
{
    /// <summary>The methods that adapt their steps to stiff equations.</summary>
    public static TheoryData<string> Adaptive => [.. StepperCatalog.All.Where(stepper => stepper is { EmbeddedOrder: > 0, AllowsForStiffness: true }).Select(stepper => stepper.Name)];

    /// <summary>ẏ = −λ(t)(y − sin t) + cos t, y = sin t, with λ = 0.1 + 1e6 (t − 3)(6 − t) between 3 and 6, 0.1 elsewhere: the last stages of a step may be far less stiff than its first, whose Jacobian does for all.</summary>
    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Solve_WhereStiffnessEndsWithinAStep_SolvesForEachStage(string name)
    {
        var field = Function(1, (t, y, dy) => dy[0] = (-(0.1 + (1e6 * Math.Max(0, (t - 3) * (6 - t)))) * (y[0] - Math.Sin(t))) + Math.Cos(t));
        foreach (double tolerance in new[] { 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 1e-6 })
        {
            double end = Problems.Solve(Problem(field, StepperCatalog.Find(name)!, Pid(tolerance), [0], 0, 10))[0];
            Assert.Equal(Math.Sin(10), end, 100 * tolerance);
        }
    }

    /// <summary>
    /// ẏ = −λ(t)(y − sin t) + cos t, y = sin t, with λ = 1e6 until t = 6 and 0.1 from then on. Under the Jacobian of before, Newton's updates are small wherever the solution lies: one of them alone proves nothing.
    /// </summary>
    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Solve_BehindAFieldThatHasLostItsStiffness_TakesItsJacobianAnew(string name)
    {
        foreach (double jump in new[] { 6, Math.BitDecrement(6) }) // at 6 the field is that of the one side, or of the other
        {
            var field = Function(1, (t, y, dy) => dy[0] = (-(t <= jump ? 1e6 : 0.1) * (y[0] - Math.Sin(t))) + Math.Cos(t));
            foreach (double tolerance in new[] { 1e-3, 1e-4, 1e-6 })
            {
                double end = Problems.Solve(Problem(field, StepperCatalog.Find(name)!, Pid(tolerance), [0], 0, 10) with { ForcedTimes = [6] })[0];
                Assert.Equal(Math.Sin(10), end, 100 * tolerance);
            }
        }
    }

    /// <summary>No answer far off is returned as one: it is within 100 tolerances, or there is none and an error says why.</summary>
    [Theory]
    [MemberData(nameof(Adaptive))]
    public void Solve_OfRobertsonAtLooseTolerances_IsRightOrFails(string method)
    {
        foreach (double tolerance in new[] { 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5 })
        {
            var problem = Problem(StiffProblem.Robertson.Field, StepperCatalog.Find(method)!, Pid(tolerance), StiffProblem.Robertson.Start, 0, StiffProblem.Robertson.End);
            try
            {
                Assert.InRange(Problems.Solve(problem)[0], 0.7158270687194 - (100 * tolerance), 0.7158270687194 + (100 * tolerance));
            }
            catch (OdeSolveException failure)
            {
                Assert.Contains("step", failure.Message, StringComparison.Ordinal);
            }
        }
    }
}
