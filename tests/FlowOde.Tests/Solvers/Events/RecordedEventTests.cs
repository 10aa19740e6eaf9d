using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Events;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;

namespace FlowOde.Tests.Solvers.Events;

public sealed class RecordedEventTests
{
    public static TheoryData<string> Adjoints => [.. AdjointCatalog.All.Where(adjoint => adjoint.Name != "backpropagation").Select(adjoint => adjoint.Name)];

    /// <summary>z falls as z₀ e^(−λt) to 0.5 at t* = ln(2 z₀)/λ.</summary>
    [Theory]
    [MemberData(nameof(Adjoints))]
    public void Pullback_OfTheTimeOfADecay_IsThatOfItsLogarithm(string name)
    {
        using var field = new DecayField(0.7);
        var adjoint = AdjointCatalog.Find(name)!;
        using var record = RecordedEvent.Record(adjoint, Problem(field, SolverFor(adjoint), Pid(1e-10), [3], 0.2, 9) with { Events = [Half] }, new TapeBudget(1 << 20));
        double time = Math.Log(6) / 0.7;
        Assert.Equal(time + 0.2, record.Time, 1e-7);
        using var cotangent = record.State.CreateLike();
        cotangent.AsSpan<double>(0)[0] = 5; // the state there is 0.5 whatever the start
        using var start = record.State.CreateLike();
        using var gradient = field.Parameters.CreateLike();
        var (byStartTime, _) = record.Pullback(1, cotangent, start, gradient);
        Assert.Equal(1 / (0.7 * 3), start.AsSpan<double>(0)[0], 1e-7);
        Assert.Equal(-time / 0.7, gradient.AsSpan<double>(0)[0], 1e-6);
        Assert.Equal(1, byStartTime, 1e-6);
    }

    /// <summary>Methods that choose their order meet the event's time by steps of their own.</summary>
    [Theory]
    [InlineData("bdf")]
    [InlineData("adams")]
    [InlineData("auto-switch")]
    [InlineData("bdf:3")]
    public void Pullback_OfAMethodThatChoosesItsOrder_IsAsExactAsItsTolerances(string method)
    {
        using var field = new DecayField(0.7);
        using var record = RecordedEvent.Record(AdjointCatalog.Find("interpolated")!, Problem(field, StepperCatalog.Find(method)!, Pid(1e-9), [3], 0.2, 9) with { Events = [Half], ForcedTimes = [1, 8] }, new TapeBudget(1 << 20));
        Assert.Equal(0.5, record.State.AsSpan<double>(0)[0], 1e-6);
        Assert.Equal(0.2 + (Math.Log(6) / 0.7), record.Time, 1e-6);
        using FlatVector cotangent = record.State.CreateLike(), start = record.State.CreateLike(), gradient = field.Parameters.CreateLike();
        record.Pullback(1, cotangent, start, gradient);
        Assert.Equal(1 / (0.7 * 3), start.AsSpan<double>(0)[0], 1e-5);
        Assert.Equal(-Math.Log(6) / 0.49, gradient.AsSpan<double>(0)[0], 2e-5);
    }

    /// <summary>A network that depends on time, to an event that does: L = 2 t* + y₁(t*) − 3 y₂(t*).</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pullback_OnANetwork_IsThatOfDifferences(bool hasGradient)
    {
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        var one = new OdeEvent { Name = "line", Value = (t, y) => (0.4 * t * t) - 2 - (0.2 * y.AsSpan<double>()[0]) + (0.1 * y.AsSpan<double>()[1]) };
        one = hasGradient ? one with { Gradient = ByHand } : one;
        double Loss(double y1, double y2, double from)
        {
            using var solution = OdeSolver.Solve(Problem(field, SolverFor(new DirectAdjoint()), Pid(1e-12), [y1, y2], from, 6) with { Events = [one] });
            return (2 * solution.EndedBy!.Time) + solution.Final.AsSpan<double>()[0] - (3 * solution.Final.AsSpan<double>()[1]);
        }

        var problem = Problem(field, SolverFor(new DirectAdjoint()), Pid(1e-11), [0.2, -0.3], 0.1, 6) with { Events = [one] };
        using var record = RecordedEvent.Record(new DirectAdjoint(), problem, new TapeBudget(1 << 26));
        using var cotangent = State(field.StateLayout(1), 1, -3);
        using var start = record.State.CreateLike();
        using var gradient = field.Parameters.CreateLike();
        double byTime = record.Pullback(2, cotangent, start, gradient).StartTimeCotangent;
        const double h = 1e-4;
        Assert.Equal((Loss(0.2 + h, -0.3, 0.1) - Loss(0.2 - h, -0.3, 0.1)) / (2 * h), start.AsSpan<double>()[0], 1e-6);
        Assert.Equal((Loss(0.2, -0.3 + h, 0.1) - Loss(0.2, -0.3 - h, 0.1)) / (2 * h), start.AsSpan<double>()[1], 1e-6);
        Assert.Equal((Loss(0.2, -0.3, 0.1 + h) - Loss(0.2, -0.3, 0.1 - h)) / (2 * h), byTime, 1e-6);
        field.Parameters.AsSpan<double>(0)[0] += h;
        double up = Loss(0.2, -0.3, 0.1);
        field.Parameters.AsSpan<double>(0)[0] -= 2 * h;
        Assert.Equal((up - Loss(0.2, -0.3, 0.1)) / (2 * h), gradient.AsSpan<double>(0)[0], 1e-6);

        static double ByHand(double time, FlatVector state, FlatVector into)
        {
            (into.AsSpan<double>()[0], into.AsSpan<double>()[1]) = (-0.2, 0.1);
            return 0.8 * time;
        }
    }

    [Fact]
    public void Record_OfAnEventThatNeverHappens_SaysSo()
    {
        using var field = new DecayField(0.7);
        var problem = Problem(field, SolverFor(new DirectAdjoint()), Pid(1e-6), [3], 0, 1) with { Events = [Half] };
        Assert.Contains("'half'", Assert.Throws<OdeSolveException>(() => RecordedEvent.Record(new DirectAdjoint(), problem, new TapeBudget(1 << 20))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RecordedEvent.Record(new DirectAdjoint(), problem with { Events = [Half with { IsTerminal = false }] }, new TapeBudget(1 << 20)));
        Assert.Contains(nameof(RecordedEvent), Assert.Throws<ArgumentException>(() => new DirectAdjoint().Record(problem, new TapeBudget(1 << 20))).Message, StringComparison.Ordinal);
    }

    /// <summary>What the gradient cannot do is refused before the event is looked for.</summary>
    [Fact]
    public void Record_WithALimitThatReturnsAPart_IsRefusedBeforeTheSolve()
    {
        using var field = new DecayField(0.7);
        var problem = Problem(field, SolverFor(new DirectAdjoint()), Pid(1e-6), [3], 0, 10) with { Events = [Half with { Value = (_, _) => throw new InvalidOperationException("was looked for") }], Limits = new() { MaxSteps = 1, OnLimit = LimitAction.ReturnPartial } };
        Assert.Contains("OnLimit", Assert.Throws<ArgumentException>(() => RecordedEvent.Record(new DirectAdjoint(), problem, new TapeBudget(1 << 20))).Message, StringComparison.Ordinal);
    }

    /// <summary>Where the function's slope along the solution is zero, the time has no derivative.</summary>
    [Fact]
    public void Pullback_WhereTheSolutionOnlyTouches_SaysSo()
    {
        using var field = new DecayField(0.7);
        var flat = new OdeEvent { Name = "flat", Value = (t, _) => t < 0.5 ? -1 : 1, Gradient = (_, _, _) => 0 };
        using var record = RecordedEvent.Record(new DirectAdjoint(), Problem(field, SolverFor(new DirectAdjoint()), Pid(1e-6), [3], 0, 1) with { Events = [flat] }, new TapeBudget(1 << 20));
        using var zero = record.State.CreateLike();
        using var gradient = field.Parameters.CreateLike();
        Assert.Contains("'flat'", Assert.Throws<OdeSolveException>(() => record.Pullback(1, zero, record.State.CreateLike(), gradient)).Message, StringComparison.Ordinal);
    }

    private static OdeEvent Half { get; } = new() { Name = "half", Value = (_, z) => z.AsSpan<double>(0)[0] - 0.5 };
}
