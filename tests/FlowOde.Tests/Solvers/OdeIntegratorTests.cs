using FlowOde.Solvers;
using FlowOde.Solvers.Events;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers;

/// <summary>Solves that are stepped by hand, and what is told of the steps of others.</summary>
public class OdeIntegratorTests
{
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;

    [Theory]
    [InlineData("dopri5")]
    [InlineData("kvaerno5")]
    [InlineData("adams")]
    [InlineData("auto-switch")]
    public void Step_UntilItIsDone_MakesTheStepsOfASolve(string method)
    {
        var problem = Problem(NonAutonomous, StepperCatalog.Find(method)!, Pid(1e-6), [1, 0.5], 0, 1, 3);
        using var whole = OdeSolver.Solve(problem);
        using var integrator = new OdeIntegrator(problem);
        var met = new List<int>();
        while (integrator.Step())
        {
            if (integrator.Met > 0)
            {
                met.Add(integrator.Met);
                Assert.Equal(problem.Times[integrator.Met], integrator.Time);
                Assert.Equal(whole.States[integrator.Met - 1].AsSpan<double>().ToArray(), integrator.State.AsSpan<double>().ToArray());
            }
        }

        Assert.Equal([1, 2], met);
        Assert.True(integrator.IsDone);
        Assert.False(integrator.Step());
        Assert.Equal(whole.Statistics, integrator.Statistics);
    }

    [Fact]
    public void CreateInterpolant_AfterAStep_HasItsPolynomial()
    {
        using var integrator = new OdeIntegrator(Problem(Function(1, (t, _, dy) => dy[0] = 3 * t * t), _dopri5, new ConstantStep(4), [0], 0, 4));
        Assert.Throws<InvalidOperationException>(integrator.CreateInterpolant);
        Assert.True(integrator.Step() && integrator.Step());
        using var polynomial = integrator.CreateInterpolant();
        using var state = integrator.State.Clone();
        polynomial.Evaluate(1.5, state);
        Assert.Equal((1.0, 2.0), (polynomial.Time, polynomial.NextTime));
        Assert.Equal(1.5 * 1.5 * 1.5, state.AsSpan<double>()[0], 1e-12);
    }

    [Fact]
    public void Step_ToATerminalEvent_EndsThere()
    {
        var fall = Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], -8));
        var ground = new OdeEvent { Name = "ground", Value = (_, state) => state.AsSpan<double>(0)[0] };
        using var integrator = new OdeIntegrator(Problem(fall, _dopri5, Pid(1e-8), [10, 0], 0, 10) with { Events = [ground] });
        while (integrator.Step())
        {
        }

        Assert.Equal(Math.Sqrt(20 / 8.0), integrator.EndedBy!.Time, 1e-9);
        integrator.EndedBy.State.Dispose();
        double[] state = integrator.State.AsSpan<double>(0).ToArray();
        Assert.Equal((true, integrator.EndedBy.Time, 0), (integrator.IsDone, integrator.Time, integrator.Met));
        Assert.Equal((0, -8 * integrator.Time), (state[0], state[1]), (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-8);
        Assert.Equal([state[1], -8], integrator.Derivative.AsSpan<double>(0).ToArray());
    }

    /// <summary>Events at the time of one that ends the solve happen too; and a step of constant length before a save time goes on.</summary>
    [Fact]
    public void Step_ToSeveralEventsOfOneTime_TellsAllOfThem()
    {
        static OdeEvent At(string name, Func<double, double> value, bool isTerminal) => new() { Name = name, Value = (_, y) => value(y.AsSpan<double>(0)[0]), IsTerminal = isTerminal };
        var decay = Function(1, (_, y, dy) => dy[0] = -y[0]);
        OdeEvent[] events = [At("a", y => y - 0.3, true), At("b", y => 0.3 - y, true), At("n", y => y - 0.3, false), At("root", y => Math.Sqrt(y - 0.3) - 0.1, false)];
        using var solution = OdeSolver.Solve(Problem(decay, _dopri5, Pid(1e-8), [1], 0, 2) with { Events = events });
        Assert.Equal(["a", "b", "n", "root"], solution.Occurrences.Select(one => one.Event.Name).Order());
        Assert.Equal("root", solution.Occurrences[0].Event.Name);
        Assert.Equal(-Math.Log(0.3), solution.EndedBy!.Time, 1e-8);
        Assert.Equal(-Math.Log(0.31), solution.Occurrences[0].Time, 1e-8);

        var near = new OdeEvent { Name = "near", Value = (t, _) => t < Math.BitDecrement(1.0) ? -1 : 1 };
        using var integrator = new OdeIntegrator(Problem(decay, StepperCatalog.Find("rk4")!, new ConstantStep(40), [1], 0, 1, 2) with { Events = [near] });
        while (integrator.Step())
        {
        }

        Assert.Equal((1, 1), (integrator.Met, integrator.Time));
        integrator.Restart(_ => { });
        while (integrator.Step())
        {
        }

        Assert.Equal((2, Math.Exp(-2)), (integrator.Time, integrator.State.AsSpan<double>()[0]), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-7);
    }

    [Fact]
    public void Step_AfterDisposal_IsRefused()
    {
        var integrator = new OdeIntegrator(Problem(NonAutonomous, _dopri5, Pid(1e-6), [1, 0.5], 0, 1));
        integrator.Dispose();
        integrator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => integrator.Step());
    }

    [Fact]
    public void OdeIntegrator_OfRowsWithStepsOfTheirOwn_IsRefused() =>
        Assert.Contains("next step", Assert.Throws<ArgumentException>(() => new OdeIntegrator(Problem(NonAutonomous, _dopri5, Pid(1e-6), [1, 0.5], 0, 1) with { IsPerRow = true })).Message, StringComparison.Ordinal);

    /// <summary>Every try is told of, then its fate, with the numbers of the solve.</summary>
    [Fact]
    public void Observer_OfASolve_IsToldOfEachStep()
    {
        var (tries, kept, thrown) = (new List<StepReport>(), new List<StepReport>(), new List<StepReport>());
        var ends = new List<double>();
        var problem = Problem(StiffEnough, _dopri5, Pid(1e-6) with { FirstStep = 1 }, [1], 0, 2) with
        {
            Observer = new()
            {
                Trying = tries.Add,
                Accepted = report =>
                {
                    kept.Add(report);
                    ends.Add(report.State.AsSpan<double>()[0]);
                },
                Rejected = thrown.Add,
            },
        };
        using var solution = OdeSolver.Solve(problem);
        Assert.Equal((solution.Statistics.AcceptedSteps, solution.Statistics.RejectedSteps), (kept.Count, thrown.Count));
        Assert.Equal(kept.Count + thrown.Count, tries.Count);
        Assert.True(thrown.Count > 0 && thrown.All(report => report.Error > 1) && kept.All(report => report.Error <= 1) && tries.All(report => report.Error is null));
        Assert.Equal(solution.Statistics.Profiles[0].Times.Skip(1), kept.Select(report => report.NextTime));
        Assert.Equal(solution.Final.AsSpan<double>()[0], ends[^1]);
        Assert.Equal(solution.Statistics.Evaluations, kept[^1].Evaluations);
    }

    [Fact]
    public void Observer_ThatThrows_EndsTheSolve()
    {
        var pool = Problem(StiffEnough, _dopri5, Pid(1e-6), [1], 0, 2) with { Observer = new() { Accepted = _ => throw new OperationCanceledException("enough") } };
        Assert.Throws<OperationCanceledException>(() => OdeSolver.Solve(pool));
        using var again = OdeSolver.Solve(pool with { Observer = null }); // its memory was given back
        Assert.True(again.IsComplete);
    }

    [Fact]
    public void Observer_OfRowsWithStepsOfTheirOwn_IsRefused() =>
        Assert.Contains("observer", Assert.Throws<ArgumentException>(() => OdeSolver.Solve(Problem(NonAutonomous, _dopri5, Pid(1e-6), [1, 0.5], 0, 1) with { IsPerRow = true, Observer = new() })).Message, StringComparison.Ordinal);

    private static FunctionField StiffEnough => Function(1, (_, y, dy) => dy[0] = -20 * y[0]);
}
