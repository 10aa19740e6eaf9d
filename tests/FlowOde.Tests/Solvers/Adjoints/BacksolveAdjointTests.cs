using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>
/// The limit of integrating the state backward, which must be found and named: ż = −λz with λ = 20 over T = 2, whose error grows by e^40
/// backward in time, so that whatever depends on z, here dL/dλ = −∫za dt, would be lost. L = z(0.1) + z(2) = e^−0.1λ + e^−2λ.
/// </summary>
public class BacksolveAdjointTests
{
    private const double Rate = 20, Early = 0.1, End = 2;
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;
    private static readonly double _byStart = Math.Exp(-Early * Rate) + Math.Exp(-End * Rate);
    private static readonly double _byRate = -(Early * Math.Exp(-Early * Rate)) - (End * Math.Exp(-End * Rate));

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-6)]
    [InlineData(1e-12)]
    public void Pullback_OfAFastDecay_NamesTheUnstableReversal(double tolerance)
    {
        var error = Assert.Throws<OdeSolveException>(() => FastDecay(new BacksolveAdjoint(), Pid(tolerance)));
        Assert.Contains("unstable", error.Message, StringComparison.Ordinal);
        Assert.Contains("interpolated, checkpointed or auto", error.Message, StringComparison.Ordinal);
        Assert.Equal(Early, error.Time);
    }

    [Theory]
    [InlineData("interpolated", 1e-4)]
    [InlineData("interpolated", 1e-6)]
    [InlineData("interpolated", 1e-9)]
    [InlineData("checkpointed", 1e-4)]
    [InlineData("checkpointed", 1e-6)]
    [InlineData("checkpointed", 1e-9)]
    public void Pullback_OfAFastDecayWithoutRebuiltStates_HasTheClosedFormToTheTolerance(string adjoint, double tolerance)
    {
        var gradient = FastDecay(AdjointCatalog.Find(adjoint)!, Pid(tolerance));
        double byStart = Math.Abs(gradient.ByStart - _byStart), byRate = Math.Abs(gradient.ByParameter - _byRate);
        Assert.True(byStart < 10 * tolerance, $"∂L/∂z0 is {byStart:E2} apart at tolerance {tolerance:E0}");
        Assert.True(byRate < 10 * tolerance, $"∂L/∂λ is {byRate:E2} apart at tolerance {tolerance:E0}");
        Assert.Equal(0, gradient.Drift);
    }

    /// <summary>The limit is what refuses: without one the gradient comes back, wrong, with a drift that says so.</summary>
    [Fact]
    public void Pullback_WithoutADriftLimit_ReportsTheDrift()
    {
        using var field = new DecayField(Rate);
        var gradient = ScalarGradient.Of(Problem(field, _dopri5, Pid(1e-6), [1], 0, End), new BacksolveAdjoint { DriftLimit = double.PositiveInfinity }, 1);
        double expected = -End * Math.Exp(-End * Rate);
        Assert.True(gradient.Drift > 1e3, $"drift {gradient.Drift:E2}");
        Assert.True(Math.Abs((gradient.ByParameter / expected) - 1) > 1, $"∂L/∂λ {gradient.ByParameter:E3}, expected {expected:E3}");
    }

    /// <summary>A limit between the drifts of two tolerances lets one pass and not the other.</summary>
    [Fact]
    public void DriftLimit_BelowTheDrift_Refuses()
    {
        using var field = new DecayField(2);
        var problem = Problem(field, _dopri5, Pid(1e-5), [1], 0, 1);
        double drift = ScalarGradient.Of(problem, new BacksolveAdjoint(), 1).Drift;
        Assert.Equal(drift, ScalarGradient.Of(problem, new BacksolveAdjoint { DriftLimit = drift * 1.01 }, 1).Drift);
        var error = Assert.Throws<OdeSolveException>(() => ScalarGradient.Of(problem, new BacksolveAdjoint { DriftLimit = drift * 0.99 }, 1));
        Assert.Contains($"{drift:G3}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void DriftLimit_ThatIsNotPositive_IsRefused(double limit) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BacksolveAdjoint { DriftLimit = limit });

    /// <summary>A state at zero has no size of its own; the way that the solve moves it is its measure, so this gentle field is let pass.</summary>
    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(1.0, 0.0)]
    public void Pullback_FromAStartAtZero_IsNotRefused(double from, double to)
    {
        using var field = new ScalarField(0.7, (t, z, p) => (p * Math.Cos(t)) - (0.5 * z), (_, _, _) => -0.5, (t, _, _) => Math.Cos(t));
        var problem = Problem(field, _dopri5, Pid(1e-6), [0], from, to);
        double drift = ScalarGradient.Of(problem, new BacksolveAdjoint(), 1).Drift;
        Assert.InRange(drift, 1e-12, 1e-5);
    }

    /// <summary>An equilibrium stays where it is, and its drift, 0 of 0, is none.</summary>
    [Fact]
    public void Pullback_AtAnEquilibriumAtZero_HasNoDrift()
    {
        using var field = new DecayField(1.5);
        var gradient = ScalarGradient.Of(Problem(field, _dopri5, Pid(1e-8), [0], 0, 1), new BacksolveAdjoint(), 1);
        Assert.Equal(0, gradient.Drift);
        Assert.Equal(Math.Exp(-1.5), gradient.ByStart, 1e-7);
    }

    /// <summary>On a field that is stable both ways, the drift and the gradient's error both fall in proportion to the tolerance.</summary>
    [Fact]
    public void Pullback_OfAGentleField_ErrsAndDriftsInProportionToTheTolerance()
    {
        double[] tolerances = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
        var runs = tolerances.Select(tolerance => Gentle(new BacksolveAdjoint(), tolerance)).ToArray();
        Assert.All(runs.Zip(tolerances), run => Assert.InRange(run.First.Drift, 0.01 * run.Second, 100 * run.Second));
        AssertSlope(tolerances, [.. runs.Select(run => run.Drift)], "drift");
        AssertSlope(tolerances, [.. runs.Select(run => run.Error)], "gradient");
    }

    [Fact]
    public void Pullback_AlongDenseOutput_ErrsInProportionToTheTolerance()
    {
        double[] tolerances = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
        AssertSlope(tolerances, [.. tolerances.Select(tolerance => Gentle(new InterpolatedAdjoint(), tolerance).Error)], "gradient");
    }

    /// <summary>N steps of dopri5 multiply z by R(−hλ)ᴺ, so the gradient of the discrete solve by λ is −hN R′R^(N−1) z0.</summary>
    [Fact]
    public void Pullback_OfAFastDecayWithDirect_IsTheDerivativeOfTheDiscreteSolve()
    {
        const int steps = 100;
        const double x = -Rate * End / steps;
        double[] series = [1, 1, 1 / 2.0, 1 / 6.0, 1 / 24.0, 1 / 120.0, 1 / 600.0];
        double growth = series.Select((c, i) => c * Math.Pow(x, i)).Sum(), slope = series.Select((c, i) => i * c * Math.Pow(x, i - 1)).Sum();
        using var field = new DecayField(Rate);
        var gradient = ScalarGradient.Of(Problem(field, _dopri5, new ConstantStep(steps), [1], 0, End), new DirectAdjoint(), 1);
        Assert.Equal(1, gradient.ByStart / Math.Pow(growth, steps), 1e-12);
        Assert.Equal(1, gradient.ByParameter / (-End * slope * Math.Pow(growth, steps - 1)), 1e-12);
    }

    private static ScalarGradient FastDecay(IAdjoint adjoint, IStepSizeController controller)
    {
        using var field = new DecayField(Rate);
        return ScalarGradient.Of(Problem(field, _dopri5, controller, [1], 0, Early, End), adjoint, 1, 1);
    }

    /// <summary>ż = θ cos(2t) sin z over [0, 5] from 1: tan(z/2) = tan(1/2) e^(θ sin(2t)/2), so ∂z/∂θ = sin(z) sin(2t)/2 and ∂z/∂z0 = sin z/sin z0.</summary>
    private static (double Error, double Drift) Gentle(IAdjoint adjoint, double tolerance)
    {
        const double theta = 1, end = 5;
        using var field = new ScalarField(theta, (t, z, p) => p * Math.Cos(2 * t) * Math.Sin(z), (t, z, p) => p * Math.Cos(2 * t) * Math.Cos(z), (t, z, _) => Math.Cos(2 * t) * Math.Sin(z));
        var gradient = ScalarGradient.Of(Problem(field, _dopri5, Pid(tolerance), [1], 0, end), adjoint, 1);
        double final = 2 * Math.Atan(Math.Tan(0.5) * Math.Exp(theta * Math.Sin(2 * end) / 2));
        double byStart = Math.Sin(final) / Math.Sin(1), byParameter = Math.Sin(final) * Math.Sin(2 * end) / 2;
        return (Math.Abs(gradient.ByStart - byStart) + Math.Abs(gradient.ByParameter - byParameter), gradient.Drift);
    }

    /// <summary>The slope of log error over log tolerance, by least squares, is 1.</summary>
    private static void AssertSlope(double[] tolerances, double[] errors, string what)
    {
        double[] x = [.. tolerances.Select(Math.Log10)], y = [.. errors.Select(Math.Log10)];
        double slope = x.Zip(y, (a, b) => (a - x.Average()) * (b - y.Average())).Sum() / x.Sum(a => Math.Pow(a - x.Average(), 2));
        Assert.True(slope is > 0.8 and < 1.3, $"{what}: slope {slope:F3} of {string.Join(", ", errors.Select(e => e.ToString("E2")))}");
    }
}
