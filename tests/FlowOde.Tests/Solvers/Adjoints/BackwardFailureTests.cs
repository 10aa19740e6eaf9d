using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>Solves that cannot go on, forward and backward: each ends where it must, and says which of them it was.</summary>
public class BackwardFailureTests
{
    private const double Wall = 0.5;
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;

    /// <summary>All methods but back-propagation, whose fields are torch expressions.</summary>
    public static TheoryData<string> All => [.. AdjointCatalog.All.Where(adjoint => adjoint is not BackpropagationAdjoint).Select(adjoint => adjoint.Name)];

    public static TheoryData<string> Continuous => [.. AdjointCatalog.All.OfType<ContinuousAdjoint>().Select(adjoint => adjoint.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void Record_IntoAFieldThatIsNaNFromATimeOn_EndsAtThatTime(string name)
    {
        using var field = new ScalarField(1, (t, z, p) => t > Wall ? double.NaN : p * Math.Cos(t) * z, (t, _, p) => p * Math.Cos(t), (t, z, _) => Math.Cos(t) * z);
        var adjoint = AdjointCatalog.Find(name)!;
        var stepper = SolverFor(adjoint);
        var error = Assert.Throws<OdeSolveException>(() => adjoint.Record(Problem(field, stepper, Pid(1e-6), [1], 0, 1), new(long.MaxValue)));
        RequireTime(error, 1e-9);
        Assert.DoesNotContain("backward solve", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<OdeSolveException>(() => adjoint.Record(Problem(field, stepper, new ConstantStep(20), [1], 0, 1), new(long.MaxValue)));
        RequireTime(error, 0.051);
    }

    /// <summary>The field breaks after the forward solve, so the backward one meets NaN on its way from 1 to 0.</summary>
    [Theory]
    [MemberData(nameof(Continuous))]
    public void Pullback_IntoAFieldThatIsNaNBeforeATime_EndsAtThatTimeAndNamesTheBackwardSolve(string name)
    {
        bool isBroken = false;
        double Value(double t, double value) => isBroken && t < Wall ? double.NaN : value;
        using var field = new ScalarField(1, (t, z, p) => Value(t, p * Math.Cos(t) * z), (t, _, p) => Value(t, p * Math.Cos(t)), (t, z, _) => Math.Cos(t) * z);
        foreach (var (controller, within) in new (IStepSizeController, double)[] { (Pid(1e-6), 1e-9), (new ConstantStep(20), 0.051) })
        {
            isBroken = false;
            var problem = Problem(field, _dopri5, controller, [1], 0, 1);
            using var record = AdjointCatalog.Find(name)!.Record(problem, new(long.MaxValue));
            isBroken = true;
            var error = Assert.Throws<OdeSolveException>(() => ScalarGradient.Pull(problem, record, 1));
            RequireTime(error, within);
            Assert.Contains($"The backward solve of '{name}' cannot go on", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("unstable", error.Message, StringComparison.Ordinal);
            Assert.IsType<OdeSolveException>(error.InnerException);
        }
    }

    [Theory]
    [MemberData(nameof(Continuous))]
    public void Pullback_AskedToStop_EndsInItsBackwardSolve(string name)
    {
        using var stop = new CancellationTokenSource();
        using var field = new ScalarField(1, (t, z, p) => p * Math.Cos(t) * z, (t, _, p) => p * Math.Cos(t), (t, z, _) => Math.Cos(t) * z);
        var problem = Problem(field, _dopri5, Pid(1e-6), [1], 0, 1) with { Limits = new() { Stop = stop.Token } };
        using var record = AdjointCatalog.Find(name)!.Record(problem, new(long.MaxValue));
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => ScalarGradient.Pull(problem, record, 1));
    }

    /// <summary>ż = −z³ from 1,000 comes to z(1) = 0.7071; backward its singularity lies 5e-7 before 0, and any error moves it.</summary>
    [Fact]
    public void Pullback_ThroughASingularityOfTheReversedField_NamesTheRebuiltState()
    {
        using var field = new ScalarField(1, (_, z, p) => -p * z * z * z, (_, z, p) => -3 * p * z * z, (_, z, _) => -z * z * z);
        var problem = Problem(field, _dopri5, Pid(1e-5), [1000], 0, 1);
        var error = Assert.Throws<OdeSolveException>(() => ScalarGradient.Of(problem, new BacksolveAdjoint(), 1));
        Assert.Contains("backward", error.Message, StringComparison.Ordinal);
        Assert.Contains("unstable", error.Message, StringComparison.Ordinal);
        Assert.Contains("interpolated, checkpointed or auto", error.Message, StringComparison.Ordinal);

        // z(1) = z0(1 + 2θz0²)^(−1/2), so dz/dθ = −z0³(1 + 2θz0²)^(−3/2), about −0.35.
        double apart = Math.Abs(ScalarGradient.Of(problem, new InterpolatedAdjoint(), 1).ByParameter + (1e9 * Math.Pow(1 + 2e6, -1.5)));
        Assert.True(apart < 1e-3, $"∂L/∂θ is {apart:E2} apart");
    }

    [Fact]
    public void Pullback_WithoutEnoughSteps_NamesTheBackwardSolveAndTheLimit()
    {
        using var field = new DecayField(1);
        var problem = Problem(field, _dopri5, Pid(1e-3), [1], 0, 1) with { Limits = new() { MaxSteps = 20 } };
        var error = Assert.Throws<OdeSolveException>(() => ScalarGradient.Of(problem, new InterpolatedAdjoint { Controller = Pid(1e-13) }, 1));
        Assert.Contains("backward solve of 'interpolated'", error.Message, StringComparison.Ordinal);
        Assert.Contains("20 steps", error.Message, StringComparison.Ordinal);
    }

    /// <summary>What a failed pullback lent goes back, and the next one has the same numbers.</summary>
    [Theory]
    [MemberData(nameof(Continuous))]
    public void Pullback_AfterAFailedOne_GivesTheSameNumbersAsBefore(string name)
    {
        bool isBroken = false;
        using var field = new ScalarField(1, (t, z, p) => p * Math.Cos(t) * z, (t, _, p) => isBroken && t < Wall ? double.NaN : p * Math.Cos(t), (t, z, _) => Math.Cos(t) * z);
        var problem = Problem(field, _dopri5, Pid(1e-6), [1], 0, 1);
        var before = ScalarGradient.Of(problem, AdjointCatalog.Find(name)!, 1);
        isBroken = true;
        Assert.Throws<OdeSolveException>(() => ScalarGradient.Of(problem, AdjointCatalog.Find(name)!, 1));
        isBroken = false;
        var after = ScalarGradient.Of(problem, AdjointCatalog.Find(name)!, 1);
        Assert.Equal((before.ByStart, before.ByParameter, before.Cost), (after.ByStart, after.ByParameter, after.Cost));
    }

    private static void RequireTime(OdeSolveException error, double within)
    {
        Assert.True(Math.Abs(error.Time - Wall) <= within, $"ended at {error.Time:R}");
        Assert.Contains($"t = {error.Time:R}", error.Message, StringComparison.Ordinal);
    }
}
