using FlowOde.Solvers;
using FlowOde.Solvers.Events;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Integration;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Events;

/// <summary>Solves that end where the solution rests, and the gradient of that state.</summary>
public class SteadyStateTests
{
    private static readonly IStepper _dopri5 = StepperCatalog.Find("dopri5")!;

    /// <summary>ẏ = y − y³ goes to 1 from above 0, to −1 from below.</summary>
    [Theory]
    [InlineData("dopri5", 0.1, 1)]
    [InlineData("radau5", -3, -1)]
    [InlineData("adams", 2, 1)]
    public void Find_OfASolutionThatSettles_EndsThere(string method, double from, double expected)
    {
        var problem = Problem(Function(1, (_, y, dy) => dy[0] = y[0] - (y[0] * y[0] * y[0])), StepperCatalog.Find(method)!, Pid(1e-8), [from], 0, 1000);
        using var rest = SteadyState.Find(problem, new(1e-6, 1e-6));
        Assert.Equal(expected, rest.State.AsSpan<double>()[0], 2e-6);
        Assert.InRange(rest.Speed, 0, 1);
        Assert.InRange(rest.Time, 1, 40);
    }

    [Fact]
    public void Find_OfAStateAtRest_MakesNoStep()
    {
        using var rest = SteadyState.Find(Problem(Function(1, (_, y, dy) => dy[0] = -y[0]), _dopri5, Pid(1e-8), [0], 0, 10), new(1e-6, 1e-6));
        Assert.Equal((0, 0), (rest.Time, rest.Statistics.AcceptedSteps));
    }

    [Fact]
    public void Find_WithoutEnoughSteps_DoesNotSpeakOfTheLastTime()
    {
        var problem = Problem(Function(1, (_, y, dy) => dy[0] = -y[0]), _dopri5, Pid(1e-8), [1], 0, 1000) with { Limits = new() { MaxSteps = 5, OnLimit = LimitAction.ReturnPartial } };
        Assert.Contains("where the limit of steps ended the solve", Assert.Throws<OdeSolveException>(() => SteadyState.Find(problem, new(1e-6, 1e-6))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_OfASolutionInCircles_SaysThatItIsNotAtRest() =>
        Assert.Contains("not at rest", Assert.Throws<OdeSolveException>(() => SteadyState.Find(Problem(Function(2, (_, y, dy) => (dy[0], dy[1]) = (y[1], -y[0])), _dopri5, Pid(1e-6), [1, 0], 0, 20), new(1e-6, 1e-6))).Message, StringComparison.Ordinal);

    [Fact]
    public void Find_WithAFieldThatIsNotANumber_SaysSo() =>
        Assert.Contains("not finite", Assert.Throws<OdeSolveException>(() => SteadyState.Find(Problem(Function(1, (_, _, dy) => dy[0] = double.NaN), _dopri5, Pid(1e-6), [1], 0, 20), new(1e-6, 1e-6))).Message, StringComparison.Ordinal);

    [Fact]
    public void Find_WithEventsOrIntegrals_IsRefused()
    {
        var problem = Problem(NonAutonomous, _dopri5, Pid(1e-6), [1, 0], 0, 1);
        Assert.Contains("events", Assert.Throws<ArgumentException>(() => SteadyState.Find(problem with { Events = [new() { Name = "any", Value = (_, _) => 1 }] }, new(1e-6, 1e-6))).Message, StringComparison.Ordinal);
        using var field = new RolesField(1);
        using var start = new FlatVector(field.StateLayout(2), ScalarType.Float64);
        Assert.Contains("integrals", Assert.Throws<ArgumentException>(() => SteadyState.Find(problem with { Field = field, Start = start }, new(1e-6, 1e-6))).Message, StringComparison.Ordinal);
    }

    /// <summary>ẏ = c − 2y rests at c/2: of the loss y* + 5c, which reads c itself too, the derivative is 5.5.</summary>
    [Fact]
    public void Pullback_OfALossThatReadsAConstant_HoldsItsOwnCotangent()
    {
        var field = new LeakField();
        var problem = Problem(field, _dopri5, Pid(1e-10), [1], 0, 100);
        problem.Start.AsSpan<double>(1)[0] = 3;
        using var rest = SteadyState.Find(problem, new(1e-9, 1e-9));
        Assert.Equal(1.5, rest.State.AsSpan<double>(0)[0], 1e-8);
        using FlatVector cotangent = State(rest.State.Layout, 1), intoStart = rest.State.CreateLike(), gradient = field.Parameters.CreateLike();
        cotangent.AsSpan<double>(1)[0] = 5;
        rest.Pullback(cotangent, intoStart, gradient);
        Assert.Equal((0, 5.5), (intoStart.AsSpan<double>(0)[0], intoStart.AsSpan<double>(1)[0]), (one, other) => Math.Abs(one.Item1 - other.Item1) + Math.Abs(one.Item2 - other.Item2) < 1e-8);
    }

    /// <summary>A network ẏ = −y + W tanh(y) + b in rows: the gradient of a loss of its states at rest against central differences of the whole solve.</summary>
    [Fact]
    public void Pullback_OfANetworksStates_IsTheirDerivativeByEachParameter()
    {
        random.manual_seed(3);
        using var module = new Settling();
        using var field = new ModuleField(module, 3);
        using var start = new FlatVector(field.StateLayout(2), ScalarType.Float64);
        for (int i = 0; i < 6; i++)
        {
            start.AsSpan<double>(0)[i] = 0.3 * (i - 2);
        }

        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-12), Start = start, Times = [0, 500], Pool = new() };
        double[] weights = [1, -2, 0.5, 0.3, 1.5, -1];
        double Loss()
        {
            using var rest = SteadyState.Find(problem, new(1e-12, 1e-12));
            return rest.State.AsSpan<double>(0).ToArray().Zip(weights, (y, w) => y * w).Sum();
        }

        using var found = SteadyState.Find(problem, new(1e-12, 1e-12));
        using FlatVector cotangent = State(start.Layout, weights), intoStart = start.CreateLike(), gradient = new(field.Parameters.Layout, ScalarType.Float64);
        int pullbacks = found.Pullback(cotangent, intoStart, gradient);
        Assert.InRange(pullbacks, 2, 20);
        Assert.All(intoStart.AsSpan<double>().ToArray(), value => Assert.Equal(0, value));
        double[] exact = gradient.AsSpan<double>().ToArray();
        var parameters = field.Parameters;
        foreach (var segment in parameters.Layout.Segments)
        {
            for (int i = (int)segment.Offset; i < segment.Offset + segment.Length; i++)
            {
                double value = parameters.AsSpan<double>()[i];
                parameters.AsSpan<double>()[i] = value + 1e-5;
                double above = Loss();
                parameters.AsSpan<double>()[i] = value - 1e-5;
                double below = Loss();
                parameters.AsSpan<double>()[i] = value;
                Assert.Equal((above - below) / 2e-5, exact[i], 1e-6);
            }
        }

        Assert.True(exact.Max(Math.Abs) > 0.1);
    }

    /// <summary>ẏ = (−y₀ + y₁)(1, −1) rests on a whole line, so that where it rests is no function of its parameters.</summary>
    [Fact]
    public void Pullback_OnALineOfStatesAtRest_IsRefused()
    {
        using var module = new OnALine();
        using var field = new ModuleField(module, 2);
        using var start = State(field.StateLayout(1), 1, 0);
        var problem = new OdeProblem { Field = field, Stepper = _dopri5, Controller = Pid(1e-10), Start = start, Times = [0, 100], Pool = new() };
        using var rest = SteadyState.Find(problem, new(1e-8, 1e-8));
        using FlatVector cotangent = State(start.Layout, 1, 0.5), intoStart = start.CreateLike(), gradient = new(field.Parameters.Layout, ScalarType.Float64);
        Assert.Contains("no function", Assert.Throws<OdeSolveException>(() => rest.Pullback(cotangent, intoStart, gradient)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pullback_OfAFieldWithoutOne_IsRefused()
    {
        using var rest = SteadyState.Find(Problem(Function(1, (_, y, dy) => dy[0] = -y[0]), _dopri5, Pid(1e-8), [0], 0, 10), new(1e-6, 1e-6));
        using var vector = rest.State.CreateLike();
        Assert.Contains("no pullback", Assert.Throws<InvalidOperationException>(() => rest.Pullback(vector, vector, vector)).Message, StringComparison.Ordinal);
    }

    private sealed class Settling : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Parameter _weight = nn.Parameter(randn(3, 3, dtype: ScalarType.Float64).Times(0.4));
        private readonly TorchSharp.Modules.Parameter _bias = nn.Parameter(randn(3, dtype: ScalarType.Float64));

        public Settling()
            : base(nameof(Settling)) => RegisterComponents();

        public override Tensor forward(Tensor time, Tensor state) => state.tanh().mm(_weight).sub(state).sub(_bias);
    }

    private sealed class OnALine : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Parameter _weight = nn.Parameter(tensor(new double[,] { { -1, 1 }, { 1, -1 } }));

        public OnALine()
            : base(nameof(OnALine)) => RegisterComponents();

        public override Tensor forward(Tensor time, Tensor state) => state.mm(_weight);
    }
}
