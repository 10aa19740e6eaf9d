using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>What both continuous adjoints share: a backward solve of their own.</summary>
public class ContinuousAdjointTests
{
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;

    public static TheoryData<string> Names => [.. AdjointCatalog.All.OfType<ContinuousAdjoint>().Select(adjoint => adjoint.Name)];

    public static TheoryData<string, string> NamesAndSteppers
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var adjoint in AdjointCatalog.All.OfType<ContinuousAdjoint>())
            {
                pairs.Add(adjoint.Name, "dopri5");
                pairs.Add(adjoint.Name, "heun2");
            }

            return pairs;
        }
    }

    /// <summary>θ̄ in the backward state, out of its norm with the seminorm, is the sum beside it to round-off, after the same steps.</summary>
    [Theory]
    [MemberData(nameof(NamesAndSteppers))]
    public void Pullback_WithAMethodThatHidesItsWeights_GivesTheSameGradient(string name, string stepperName)
    {
        using var field = new RolesField(3);
        var stepper = StepperCatalog.Find(stepperName)!;
        var (expected, cost) = Gradient(field, Find(name), stepper, Pid(1e-5));
        var (actual, hiddenCost) = Gradient(field, Find(name), new HiddenWeightsStepper(stepper), Pid(1e-5));
        double apart = Distance(expected, actual);
        Assert.True(apart < 1e-13, $"{apart:E2} apart");
        Assert.Equal(cost, hiddenCost);
    }

    /// <summary>With the full norm θ̄ counts, and more accurate steps are made for it.</summary>
    [Theory]
    [InlineData("backsolve")]
    [InlineData("interpolated")]
    public void Pullback_WithTheFullNorm_MakesOtherStepsThanWithTheSeminorm(string name)
    {
        using var field = new RolesField(3);
        var (semi, cost) = Gradient(field, Find(name) with { Norm = BackwardNorm.Seminorm }, _dopri5, Pid(1e-5));
        var (full, fullCost) = Gradient(field, Find(name) with { Norm = BackwardNorm.Full }, _dopri5, Pid(1e-5));
        Assert.True(fullCost.Evaluations > cost.Evaluations, $"{fullCost.Evaluations} evaluations with the full norm, {cost.Evaluations} without");
        Assert.InRange(Distance(semi, full), 1e-12, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pullback_WithAStepperAndControllerOfItsOwn_MakesTheirSteps(string name)
    {
        using var field = new RolesField(5);
        var (_, cost) = Gradient(field, Find(name) with { Stepper = StepperCatalog.Find("rk4")!, Controller = new ConstantStep(12) }, _dopri5, Pid(1e-5), 0, 1);
        Assert.Equal((12, 48, 48), (cost.AcceptedSteps, cost.Evaluations, cost.Pullbacks));
        var (_, ownStepper) = Gradient(field, Find(name) with { Stepper = StepperCatalog.Find("euler")! }, _dopri5, new ConstantStep(9), 0, 1);
        Assert.Equal((9, 9), (ownStepper.AcceptedSteps, ownStepper.Evaluations));
    }

    /// <summary>With a forward solve of many constant steps the error is the backward solve's, and falls with its tolerance.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Pullback_WithTolerancesOfItsOwn_AdaptsToThemBehindConstantSteps(string name)
    {
        using var field = new RolesField(7);
        var forward = new ConstantStep(200);
        var (exact, _) = Gradient(field, new DirectAdjoint(), _dopri5, forward);
        double[] errors = [.. new[] { 1e-5, 1e-7, 1e-9 }.Select(tolerance => Distance(exact, Gradient(field, Find(name) with { Controller = Pid(tolerance) }, _dopri5, forward).Gradient))];
        Assert.All(errors.Zip(errors.Skip(1)), pair => Assert.True(pair.First / pair.Second is > 15 and < 1500, $"errors {string.Join(", ", errors.Select(e => e.ToString("E2")))}"));
    }

    /// <summary>The whole solve the other way round in time: each step is found again, each save time met.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Pullback_OfASolveWithTimeRunningDown_ApproachesTheDirectGradient(string name)
    {
        using var field = new RolesField(9);
        double[] times = [1.9, 1.1, 0.7, 0.2];
        var (exact, _) = Gradient(field, new DirectAdjoint(), _dopri5, Pid(1e-9), times);
        double apart = Distance(exact, Gradient(field, Find(name), _dopri5, Pid(1e-9), times).Gradient);
        Assert.True(apart < 1e-7, $"{apart:E2} apart");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Record_WithABackwardSolveThatCannotAdapt_IsRefusedByName(string name)
    {
        using var field = new RolesField(3);
        var byStepper = Find(name) with { Stepper = StepperCatalog.Find("rk4")! };
        var byController = Find(name) with { Controller = Pid(1e-5) };
        foreach (var (adjoint, stepper, controller) in new (ContinuousAdjoint, IStepper, IStepSizeController)[] { (byStepper, _dopri5, Pid(1e-5)), (byController, StepperCatalog.Find("rk4")!, new ConstantStep(5)) })
        {
            string message = Assert.Throws<ArgumentException>(() => Gradient(field, adjoint, stepper, controller)).Message;
            Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
            Assert.Contains("'rk4'", message, StringComparison.Ordinal);
            Assert.Contains("dopri5", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Record_WithBackwardTolerancesBelowRoundOff_IsRefused(string name)
    {
        using var field = new RolesField(3);
        string message = Assert.Throws<ArgumentException>(() => Gradient(field, Find(name) with { Controller = Pid(5e-16) }, _dopri5, Pid(1e-5))).Message;
        Assert.Contains("four machine epsilons", message, StringComparison.Ordinal);
    }

    private static ContinuousAdjoint Find(string name) => (ContinuousAdjoint)AdjointCatalog.Find(name)!;

    /// <summary>The gradient of Σ_k (k + 1) Σ y(t_k)², all roles, by parameters, start and times, and what the backward solve cost.</summary>
    private static (double[] Gradient, SolveStatistics Cost) Gradient(RolesField field, IAdjoint adjoint, IStepper stepper, IStepSizeController controller, params double[] times)
    {
        using var start = new FlatVector(field.StateLayout(3), ScalarType.Float64);
        var random = new Random(23);
        foreach (int segment in new[] { 0, 1, 2 })
        {
            foreach (ref double value in start.AsSpan<double>(segment))
            {
                value = (2 * random.NextDouble()) - 1;
            }
        }

        var problem = new OdeProblem { Field = field, Stepper = stepper, Controller = controller, Start = start, Times = times.Length > 0 ? times : [0.2, 0.9, 1.9], Pool = new() };
        using var record = adjoint.Record(problem, new(long.MaxValue));
        var cotangents = record.States.Select((state, k) =>
        {
            var cotangent = state.CreateLike();
            LinearCombination.Write(null, [2 * (k + 1)], [state], [new(0, state.Layout.Length)], cotangent);
            return cotangent;
        }).ToArray();
        using var gradient = field.Parameters.CreateLike();
        using var intoStart = start.CreateLike();
        var result = record.Pullback(cotangents, intoStart, gradient);
        return ([.. gradient.AsSpan<double>(), .. intoStart.AsSpan<double>(), .. result.TimeCotangents], result.Statistics);
    }

    private static double Distance(double[] expected, double[] actual) =>
        Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(a => a * a));
}
