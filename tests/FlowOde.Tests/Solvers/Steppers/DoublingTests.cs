using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Steppers;

/// <summary>Methods that carry more than the state and estimate their error by doubling their steps. Those of Runge–Kutta methods are tableaus, with tests of their own.</summary>
public class DoublingTests
{
    /// <summary>q'' = −q + 2 cos t from q = 1, q' = 0: q = cos t + t sin t.</summary>
    private static readonly FunctionPair _driven = new((t, q) => -q + (2 * Math.Cos(t)));

    public static TheoryData<string> Names => [.. StepperCatalog.All.OfType<ReversibleMethod>().Where(method => !method.Name.Contains("doubled", StringComparison.Ordinal) && Doubling.Supports(method, out _)).Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Try_OfADoubledMethod_IsTwoOfItsStepsWithTheirDistanceFromOne(string name)
    {
        var method = (ReversibleMethod)StepperCatalog.Find(name)!;
        var doubled = (ReversibleMethod)StepperCatalog.Find($"doubled-{name}")!;
        Assert.Equal((method.Order, method.Order, method.CarriedVectors, 2 * method.Stages), (doubled.Order, doubled.EmbeddedOrder, doubled.CarriedVectors, doubled.TapedStages));
        double[] once = Step(method, 1), twice = Step(method, 2), at = Step(doubled, 1);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(twice[i], at[i], 1e-15);
        }

        using var step = Begun(doubled);
        step.Try(0.7);
        double[] error = [.. Enumerable.Range(0, 2).Select(i => (twice[i] - once[i]) / (Math.Pow(2, method.Order) - 1))];
        double largest = error.Select(Math.Abs).Max();
        Assert.True(largest > 1e-9, $"the estimate is {largest:E2} only");
        Assert.Equal(1, step.ErrorNorm(ErrorNorm.LargestSegment, new(1e-300, largest)), 1e-6); // round-off of the difference
    }

    /// <summary>The estimate is the error of the step, so far as steps are short, with what earlier steps have left in the carried vectors.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void ErrorNorm_OfAStepAfterOthers_IsItsError(string name)
    {
        var doubled = StepperCatalog.Find($"doubled-{name}")!;
        double h = doubled.Order > 3 ? 0.1 : 0.005;
        using var step = Begun(doubled);
        for (int n = 1; n <= 7; n++)
        {
            step.Try(n * h);
            step.Accept(false);
        }

        double[] from = Both(step.State);
        step.Try(8 * h);
        double estimate = step.ErrorNorm(ErrorNorm.LargestSegment, new(1e-300, 1));
        double[] exact = Ends(OdeSolver.Solve(Second(StepperCatalog.Find("dopri8")!, new ConstantStep(4), from, 7 * h, 8 * h)));
        double error = Distance(Both(step.Candidate), exact);
        Assert.True(error > 1e-13, $"the error of {error:E2} is of the size of round-off");
        Assert.InRange(estimate / error, 0.7, 1.5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_OfADoubledMethod_AdaptsToItsTolerance(string name)
    {
        var doubled = StepperCatalog.Find($"doubled-{name}")!;
        double[] tolerances = doubled.Order switch { 1 => [1e-2, 1e-3, 1e-4], 2 => [1e-3, 1e-5, 1e-7], _ => [1e-6, 1e-8, 1e-10] };
        var (errors, steps) = (new List<double>(), new List<int>());
        foreach (double tolerance in tolerances)
        {
            using var solution = OdeSolver.Solve(Second(doubled, Pid(tolerance), [1, 0], 0, 3));
            errors.Add(Distance(Both(solution.Final), Exact(3)));
            steps.Add(solution.Statistics.AcceptedSteps);
            double allowed = 10 * Math.Pow(tolerance, doubled.Order / (doubled.Order + 1.0)); // errors of a step of the size of the tolerance, of as many steps as that takes
            Assert.True(errors[^1] < allowed, $"error {errors[^1]:E2} at a tolerance of {tolerance:E0}, allowed {allowed:E2}");
            Assert.InRange(solution.Statistics.RejectedSteps, 0, 10 + (steps[^1] / 5));
        }

        for (int i = 1; i < tolerances.Length; i++)
        {
            Assert.True(steps[i] > 1.5 * steps[i - 1], $"steps {string.Join(", ", steps)}");
            Assert.True(errors[i] < 0.5 * errors[i - 1], $"errors {string.Join(", ", errors)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Solve_OfADoubledMethodWithConstantSteps_ConvergesAtItsOrder(string name)
    {
        var doubled = StepperCatalog.Find($"doubled-{name}")!;
        double Error(int steps) => Distance(Ends(OdeSolver.Solve(Second(doubled, new ConstantStep(steps), [1, 0], 0, 3))), Exact(3));
        int coarse = doubled.Order == 1 ? 512 : 32;
        Assert.InRange(Math.Log2(Error(coarse) / Error(4 * coarse)) / 2, doubled.Order - 0.2, doubled.Order + 0.7);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SolveDense_OfADoubledMethod_IsAsExactBetweenSteps(string name)
    {
        var doubled = StepperCatalog.Find($"doubled-{name}")!;
        double tolerance = doubled.Order switch { 1 => 1e-3, 2 => 1e-5, _ => 1e-9 }; // a cubic in steps of order 4 and 5, which must be short
        var problem = Second(doubled, Pid(tolerance), [1, 0], 0, 3);
        using var dense = OdeSolver.SolveDense(problem);
        using var state = problem.Start.CreateLike();
        foreach (double time in new[] { 0.37, 1.13, 1.9, 2.71 })
        {
            dense.Evaluate(time, state);
            Assert.InRange(Distance(Both(state), Exact(time)), 0, doubled.Order > 2 ? 2e-3 : 200 * tolerance);
        }
    }

    /// <summary>A doubled method can be undone, and its adaptive steps have the gradients of all methods that go with it.</summary>
    [Theory]
    [InlineData("leapfrog")]
    [InlineData("symplectic-euler")]
    [InlineData("asynchronous-leapfrog")]
    [InlineData("coupled-rk4")]
    public void Pullback_OfAdaptiveDoubledSteps_IsTheSameByEveryExactMethod(string name)
    {
        using var field = new PendulumField();
        var doubled = StepperCatalog.Find($"doubled-{name}")!;
        var problem = ReversibleMethodTests.PendulumProblem(field, doubled, Pid(1e-3));
        string[] exact = ["direct", "auto", "checkpointed", "binomial:3", "reversible"];
        double[][] gradients = [.. exact.Select(adjoint => Gradient(AdjointCatalog.Find(adjoint)!))];
        double[] Gradient(IAdjoint adjoint)
        {
            using var record = adjoint.Record(problem, new TapeBudget(1 << 24));
            using FlatVector cotangent = problem.Start.CreateLike(), start = problem.Start.CreateLike(), gradient = field.Parameters.CreateLike();
            cotangent.Flat.Fill(1);
            record.Pullback([cotangent], start, gradient);
            return [.. gradient.AsSpan<double>(), .. Both(start)];
        }

        // Against differences on the accepted grid.
        using var first = AdjointCatalog.Find("direct")!.Record(problem, new TapeBudget(1 << 24));
        var frozen = problem with { Controller = new FrozenGrid(first.Grid, problem.Times) };
        const double move = 1e-6;
        for (int i = 0; i < 2; i++)
        {
            double At(double shift)
            {
                field.Parameters.AsSpan<double>()[i] += shift;
                double sum = Ends(OdeSolver.Solve(frozen)).Sum();
                field.Parameters.AsSpan<double>()[i] -= shift;
                return sum;
            }

            Assert.Equal((At(move) - At(-move)) / (2 * move), gradients[0][i], 1e-7);
        }

        Assert.All(gradients, gradient => Assert.All(gradient.Zip(gradients[0]), pair => Assert.Equal(pair.Second, pair.First, 1e-9)));
    }

    [Theory]
    [InlineData("adams-bashforth3", "adams")]
    [InlineData("adams-moulton4", "adams")]
    [InlineData("lm:-0.1", "adams")]
    [InlineData("lm:1", "adams")]
    [InlineData("adams", "Use it as it is")]
    [InlineData("bdf", "Use it as it is")]
    [InlineData("auto-switch", "Use it as it is")]
    [InlineData("coupled-dopri8", null)]
    [InlineData("lm:0", null)]
    public void Find_OfADoubledName_RefusesMultistepMethodsAndNamesTheAdaptiveOne(string name, string? advice)
    {
        if (advice is null)
        {
            Assert.Equal($"doubled-{name}", StepperCatalog.Find($"doubled-{name}")!.Name);
            return;
        }

        string message = Assert.Throws<ArgumentOutOfRangeException>(() => StepperCatalog.Find($"doubled-{name}")).Message;
        Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
        Assert.Contains(advice, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("leapfrog", "doubled-leapfrog")]
    [InlineData("rk4", "doubled-rk4")]
    [InlineData("adams-bashforth2", "adams")]
    public void Solve_OfAMethodWithoutEstimateByTolerances_NamesOneThatAdapts(string name, string other) =>
        Assert.Contains(other, Assert.Throws<ArgumentException>(() => OdeSolver.Solve(Second(StepperCatalog.Find(name)!, Pid(1e-3), [1, 0], 0, 3))).Message.Split("use ")[1], StringComparison.Ordinal);

    [Fact]
    public void Of_AMethodOfAnotherKind_IsRefused()
    {
        Assert.False(Doubling.Supports(new Adjoints.HiddenWeightsStepper(StepperCatalog.Find("rk4")!), out string reason));
        Assert.Contains("Runge–Kutta", reason, StringComparison.Ordinal);
        Assert.Equal("'lm-network:0.5' is a multistep method", Assert.Throws<ArgumentOutOfRangeException>(() => Doubling.Of(LmResNet.Network(0.5))).Message.Split(',')[0]);
    }

    private static double[] Step(IStepper stepper, int steps) => Ends(OdeSolver.Solve(Second(stepper, new ConstantStep(steps), [1, 0], 0, 0.7)));

    private static StepWorkspace Begun(IStepper stepper)
    {
        var step = stepper.CreateWorkspace(_driven.StateLayout(1), ScalarType.Float64, CPU);
        using var start = Start(1, 0);
        using var memory = _driven.CreateWorkspace(new(1, ScalarType.Float64, CPU));
        step.Begin(new FieldSystem(_driven, memory.RentTape()), 0, start);
        return step;
    }

    private static OdeProblem Second(IStepper stepper, IStepSizeController controller, double[] start, params double[] times) =>
        new() { Field = _driven, Stepper = stepper, Controller = controller, Start = Start(start), Times = times, Pool = new() };

    private static FlatVector Start(params double[] values)
    {
        var start = new FlatVector(_driven.StateLayout(1), ScalarType.Float64);
        (start.AsSpan<double>(0)[0], start.AsSpan<double>(1)[0]) = (values[0], values[1]);
        return start;
    }

    private static double[] Both(FlatVector state) => [state.AsSpan<double>(0)[0], state.AsSpan<double>(1)[0]];

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    private static double[] Exact(double t) => [Math.Cos(t) + (t * Math.Sin(t)), t * Math.Cos(t)];

    private static double[] Ends(OdeSolution solution)
    {
        using (solution)
        {
            return Both(solution.Final);
        }
    }

    /// <summary>q' = p, p' = g(t, q) in two segments, as methods for second-order systems have them.</summary>
    private sealed class FunctionPair(Func<double, double, double> force) : FlowOde.Solvers.Fields.IVectorField
    {
        public object WorkspaceKey => this;

        public VectorLayout StateLayout(long rows) => new(new Segment("q", rows) { IsBatched = true }, new Segment("p", rows) { IsBatched = true });

        public FlowOde.Solvers.Fields.FieldWorkspace CreateWorkspace(FlowOde.Solvers.Fields.WorkspaceSpec spec) => new EmptyWorkspace();

        public void Evaluate(FlowOde.Solvers.Fields.EvaluationTime time, FlatVector state, FlowOde.Solvers.Fields.FieldTape tape, FlatVector intoDerivative) =>
            (intoDerivative.AsSpan<double>(0)[0], intoDerivative.AsSpan<double>(1)[0]) = (state.AsSpan<double>(1)[0], force(time.Shared, state.AsSpan<double>(0)[0]));
    }
}
