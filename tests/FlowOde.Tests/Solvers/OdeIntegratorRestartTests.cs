using FlowOde.Solvers;
using FlowOde.Solvers.Events;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers;

/// <summary>Solves that are stepped by hand and whose state is changed between two steps.</summary>
public class OdeIntegratorRestartTests
{
    /// <summary>A jump over an event is none; what is met afterwards is.</summary>
    [Fact]
    public void Restart_AcrossAnEvent_ReportsNone()
    {
        var five = new OdeEvent { Name = "five", Value = (_, y) => y.AsSpan<double>()[0] - 5, IsTerminal = false };
        using var integrator = new OdeIntegrator(Problem(Function(1, (_, _, dy) => dy[0] = 1), StepperCatalog.Find("dopri5")!, Pid(1e-6) with { MaxStep = 0.5 }, [1], 0, 1, 6) with { Events = [five] });
        while (integrator.Time < 1)
        {
            integrator.Step();
        }

        integrator.Restart(state => state.AsSpan<double>()[0] = 10);
        integrator.Step();
        Assert.Empty(integrator.Occurrences);
        integrator.Restart(state => state.AsSpan<double>()[0] = 4);
        while (integrator.Step())
        {
        }

        Assert.Single(integrator.Occurrences);
    }

    /// <summary>ẏ = −y with y doubled at t = 1: y(2) = 2e^−2.</summary>
    [Theory]
    [InlineData("dopri5")]
    [InlineData("adams")]
    [InlineData("radau5")]
    public void Restart_BetweenTwoSteps_MakesAJump(string method)
    {
        var decay = Function(1, (_, y, dy) => dy[0] = -y[0]);
        using var integrator = new OdeIntegrator(Problem(decay, StepperCatalog.Find(method)!, Pid(1e-10), [1], 0, 1, 2));
        while (integrator.Step())
        {
            if (integrator.Met == 1)
            {
                integrator.Restart(state => state.AsSpan<double>()[0] *= 2);
                Assert.Equal(-2 * Math.Exp(-1), integrator.Derivative.AsSpan<double>()[0], 1e-8);
            }
        }

        Assert.Equal(2 * Math.Exp(-2), integrator.State.AsSpan<double>()[0], 1e-8);
    }

    /// <summary>A ball that keeps 4/5 of its speed: it lands at √(2h/g)·(1, 1 + 2·0.8, 1 + 2·0.8 + 2·0.64, …), also where every crossing counts, and what it met before is not met again.</summary>
    [Theory]
    [InlineData("dopri5", EventDirection.Falling)]
    [InlineData("dopri5", EventDirection.Either)]
    [InlineData("radau5", EventDirection.Either)]
    [InlineData("adams", EventDirection.Either)]
    [InlineData("auto-switch", EventDirection.Falling)]
    [InlineData("rk4", EventDirection.Either)]
    public void Restart_AtATerminalEvent_GoesOnFromThere(string method, EventDirection direction)
    {
        var fall = Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], -8));
        var ground = new OdeEvent { Name = "ground", Value = (_, state) => state.AsSpan<double>(0)[0], Direction = direction };
        var stepper = StepperCatalog.Find(method)!;
        var problem = Problem(fall, stepper, stepper.EmbeddedOrder > 0 ? Pid(1e-10) : new ConstantStep(4000), [4, 0], 0, 1.2, 5) with { Events = [ground] };
        using var integrator = new OdeIntegrator(problem);
        var landings = new List<double>();
        var met = new List<(int, double)>();
        int evaluations = 0;
        while (landings.Count < 4)
        {
            while (integrator.Step())
            {
                met.AddRange(integrator.Met > 0 ? [(integrator.Met, integrator.Time)] : []);
                Assert.True(integrator.Statistics.Evaluations >= evaluations, "evaluations are counted on");
                evaluations = integrator.Statistics.Evaluations;
            }

            if (!integrator.IsDone || integrator.EndedBy is null)
            {
                break;
            }

            landings.Add(integrator.Time);
            integrator.EndedBy.State.Dispose();
            integrator.Restart(state => state.AsSpan<double>()[1] *= -0.8);
            Assert.False(integrator.IsDone);
        }

        Assert.Equal([1, 2.6, 3.88, 4.904], landings, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([(1, 1.2)], met);
        while (integrator.Step() && integrator.EndedBy is null)
        {
        }

        Assert.Equal(5, integrator.Time);
    }

    /// <summary>The flight is a parabola, without error: steps that had grown along it would leap over the next bounces.</summary>
    [Theory]
    [InlineData("dopri5")]
    [InlineData("tsit5")]
    [InlineData("dopri8")]
    [InlineData("bosh3")]
    [InlineData("adams")]
    [InlineData("radau5")]
    [InlineData("kvaerno5")]
    [InlineData("bdf")]
    [InlineData("auto-switch")]
    public void Restart_OfABallThatBouncesOften_MissesNoBounce(string method)
    {
        var ground = new OdeEvent { Name = "ground", Value = (_, state) => state.AsSpan<double>(0)[0] };
        using var integrator = new OdeIntegrator(Problem(Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], -9.81)), StepperCatalog.Find(method)!, Pid(1e-6), [1, 0], 0, 5) with { Events = [ground] });
        int bounces = 0;
        while (true)
        {
            while (integrator.Step())
            {
            }

            if (integrator.EndedBy is not { } end)
            {
                break;
            }

            end.State.Dispose();
            bounces++;
            integrator.Restart(state => state.AsSpan<double>()[1] *= -0.9);
        }

        Assert.Equal(8, bounces);
        Assert.Equal(0.121549, integrator.State.AsSpan<double>()[0], 5e-4);
    }

    [Fact]
    public void CreateInterpolant_AfterARestart_IsRefused()
    {
        using var integrator = new OdeIntegrator(Problem(Function(1, (_, y, dy) => dy[0] = -y[0]), StepperCatalog.Find("dopri5")!, Pid(1e-8), [1], 0, 3));
        Assert.True(integrator.Step());
        integrator.Restart(state => state.AsSpan<double>()[0] = 5);
        Assert.Contains("since the state was changed", Assert.Throws<InvalidOperationException>(integrator.CreateInterpolant).Message, StringComparison.Ordinal);
        Assert.True(integrator.Step());
        integrator.CreateInterpolant().Dispose();
    }
}
