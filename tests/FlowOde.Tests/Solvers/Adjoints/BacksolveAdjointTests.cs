using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>
/// The documented limit of integrating the state backward: ż = −20z over T = 2. Backward in time the error of z grows by e^40, so that
/// whatever depends on z, here dL/dλ = −∫za dt, is lost; the exact gradient of the discrete solve does not care.
/// </summary>
public class BacksolveAdjointTests
{
    private const double Rate = 20, End = 2;

    [Fact]
    public void Pullback_OfAFastDecay_IsLostOrRefused()
    {
        var (byRate, byStart, ratio) = Gradient(new DirectAdjoint(), Pid(1e-6));
        Assert.Equal(1, byStart / ratio, 1e-12);
        try
        {
            double lost = Gradient(new BacksolveAdjoint(), Pid(1e-6)).ByRate;
            Assert.True(Math.Abs((lost / byRate) - 1) > 1e-3, $"backsolve gives {lost:E6}, direct {byRate:E6}");
        }
        catch (OdeSolveException)
        {
            // as good an end: nothing wrong is returned
        }
    }

    /// <summary>N steps of dopri5 multiply z by R(−hλ)ᴺ, so the gradient of the discrete solve by λ is −hN R′R^(N−1) z0.</summary>
    [Fact]
    public void Pullback_OfAFastDecayWithDirect_IsTheDerivativeOfTheDiscreteSolve()
    {
        const int steps = 100;
        const double x = -Rate * End / steps;
        double[] series = [1, 1, 1 / 2.0, 1 / 6.0, 1 / 24.0, 1 / 120.0, 1 / 600.0];
        double growth = series.Select((c, i) => c * Math.Pow(x, i)).Sum(), slope = series.Select((c, i) => i * c * Math.Pow(x, i - 1)).Sum();
        var (byRate, byStart, _) = Gradient(new DirectAdjoint(), new ConstantStep(steps));
        Assert.Equal(1, byStart / Math.Pow(growth, steps), 1e-12);
        Assert.Equal(1, byRate / (-End * slope * Math.Pow(growth, steps - 1)), 1e-12);
    }

    /// <summary>The gradient of z(T) from z0 = 1, and z(T)/z0.</summary>
    private static (double ByRate, double ByStart, double Ratio) Gradient(IAdjoint adjoint, IStepSizeController controller)
    {
        using var field = new DecayField(Rate);
        var problem = Problem(field, StepperCatalog.Find("dopri5")!, controller, [1], 0, End);
        using var record = adjoint.Record(problem, new(long.MaxValue));
        using var cotangent = problem.Start.CreateLike();
        using var start = problem.Start.CreateLike();
        using var gradient = field.Parameters.CreateLike();
        cotangent.AsSpan<double>(0)[0] = 1;
        record.Pullback([cotangent], start, gradient);
        return (gradient.AsSpan<double>(0)[0], start.AsSpan<double>(0)[0], record.Final.AsSpan<double>(0)[0]);
    }
}
