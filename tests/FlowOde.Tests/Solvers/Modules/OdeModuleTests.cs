using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Modules;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Modules;

public class OdeModuleTests
{
    private const int Steps = 6;

    public static TheoryData<string> Adjoints => [.. AdjointCatalog.All.Where(adjoint => adjoint is not ContinuousAdjoint).Select(adjoint => adjoint.Name)];

    /// <summary>A layer, the solve, another layer: gradients of every parameter and of the input against autograd through the same steps written out.</summary>
    [Theory]
    [MemberData(nameof(Adjoints))]
    public void Backward_InAModel_GivesAutogradsGradients(string adjointName)
    {
        using var scope = NewDisposeScope();
        var adjoint = AdjointCatalog.Find(adjointName)!;
        var stepper = Problems.SolverFor(adjoint, "rk4");
        using TimeMlp module = new(3), twin = new(3);
        using var field = new ModuleField(module, 2);
        using var solve = new OdeModule(field, Options(stepper, adjoint));
        using Linear before = Layer(1), beforeTwin = Layer(1), after = Layer(2), afterTwin = Layer(2);
        using var model = nn.Sequential(before, solve, after);
        Tensor input = Input().requires_grad_(), inputTwin = Input().requires_grad_();

        OdeModule.Backward(model.forward(input).Power(2).sum(), model);
        var state = beforeTwin.forward(inputTwin);
        state = stepper.Name == "rk4" ? Rk4(twin, state) : Coupled(twin, state);
        afterTwin.forward(state).Power(2).sum().backward();

        AssertClose(inputTwin.grad!, input.grad!, adjointName);
        foreach (var (mine, theirs) in before.parameters().Concat(module.parameters()).Concat(after.parameters()).Zip(beforeTwin.parameters().Concat(twin.parameters()).Concat(afterTwin.parameters())))
        {
            AssertClose(theirs.grad!, mine.grad!, adjointName);
        }
    }

    [Fact]
    public void Forward_UnderNoGrad_GivesTheSameWithoutAGraph()
    {
        using var scope = NewDisposeScope();
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        using var solve = new OdeModule(field, Options());
        var with = solve.forward(Input());
        Tensor without;
        using (no_grad())
        {
            without = solve.forward(Input());
        }

        Assert.True(with.requires_grad);
        Assert.False(without.requires_grad);
        Assert.Equal(with.detach().data<double>().ToArray(), without.data<double>().ToArray());
        Assert.Equal(Rk4(module, Input()).detach().data<double>().ToArray(), without.data<double>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-14);
    }

    /// <summary>A loss of the states at two times, and of two calls in one graph.</summary>
    [Fact]
    public void Backward_FromTwoOutputs_AddsTheirGradients()
    {
        using var scope = NewDisposeScope();
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        using var solve = new OdeModule(field, Options() with { Times = [0, 0.5, 1] });
        using var half = new OdeModule(field, Options() with { Times = [0, 0.5], Controller = new ConstantStep(Steps / 2) });
        double[] Gradient(Func<Tensor, Tensor> loss)
        {
            module.zero_grad();
            var input = Input().requires_grad_();
            OdeModule.Backward(loss(input), solve);
            return [.. input.grad!.data<double>(), .. module.parameters().SelectMany(parameter => parameter.grad!.data<double>())];
        }

        Tensor First(Tensor x) => solve.Trajectory(x)[0].sin().sum();
        Tensor Second(Tensor x) => solve.Trajectory(x)[1].Power(2).sum();
        double[] first = Gradient(First), second = Gradient(Second), last = Gradient(x => solve.forward(x).Power(2).sum());
        double[] both = Gradient(x =>
        {
            var states = solve.Trajectory(x);
            Assert.Equal([2, 3, 2], states.shape);
            return states[0].sin().sum().Plus(states[1].Power(2).sum());
        });
        double[] twoCalls = Gradient(x => First(x).Plus(Second(x)));
        Assert.Equal(Gradient(x => half.forward(x).sin().sum()), first, Near);
        Assert.Equal(second, last, Near);
        Assert.Equal(first.Zip(second, (a, b) => a + b), both, Near);
        Assert.Equal(both, twoCalls, Near);
    }

    /// <summary>Many calls, with and without a backward pass, leave nothing behind.</summary>
    [Fact]
    public void Forward_ManyTimes_LeavesNoTensors()
    {
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        using var solve = new OdeModule(field, Options());
        void Call(bool isTraining)
        {
            using var scope = NewDisposeScope();
            var loss = solve.forward(Input()).sum();
            if (isTraining)
            {
                OdeModule.Backward(loss, solve);
            }
        }

        long Live(bool isTraining)
        {
            Call(isTraining); // the pool fills
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            for (int i = 0; i < 50; i++)
            {
                Call(isTraining);
            }

            return DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
        }

        Assert.InRange(Live(isTraining: true), -50, 10);
    }

    [Fact]
    public void Backward_OfAClosedFormField_ReachesItsParameters()
    {
        using var scope = NewDisposeScope();
        using var field = new DecayField(0.7);
        using var solve = new OdeModule(field, Options(StepperCatalog.Find("dopri5")!));
        var rate = Assert.Single(solve.parameters());
        solve.forward(ones(4, 1, dtype: ScalarType.Float64)).sum().backward();
        Assert.Equal(-4 * Math.Exp(-0.7), rate.grad!.item<double>(), 1e-7);
        using (no_grad())
        {
            rate.Fill(0); // the field's own memory
        }

        Assert.Equal(1, solve.forward(ones(1, 1, dtype: ScalarType.Float64)).item<double>(), 1e-15);
    }

    /// <summary>A RevNet: a field of four columns in two halves, whose states are rebuilt in the backward pass.</summary>
    [Fact]
    public void Backward_OfARevNet_GivesTheGradientOfStoredStates()
    {
        using var scope = NewDisposeScope();
        using var module = new Halves();
        using var field = new ModuleField(module, 4);
        var halves = new PartitionedField(field);
        double[] Gradient(IAdjoint adjoint)
        {
            var solve = new OdeModule(halves, Options(SymplecticEuler.Method, adjoint)); // not disposed: the field's module would be too
            solve.zero_grad();
            var input = Arange(12, dtype: ScalarType.Float64).reshape(3, 4).Over(10).requires_grad_();
            OdeModule.Backward(solve.forward(input).Power(2).sum(), solve);
            return [.. input.grad!.data<double>(), .. solve.parameters().SelectMany(parameter => parameter.grad!.data<double>())];
        }

        double[] stored = Gradient(new DirectAdjoint());
        Assert.Equal(stored, Gradient(new ReversibleAdjoint()), Near);
        Assert.All(module.parameters(), parameter => Assert.NotNull(parameter.grad));
        Assert.True(stored.Max(Math.Abs) > 0.1);
    }

    /// <summary>The same RevNet with a module for each half: the same numbers, and each module evaluated once a block.</summary>
    [Theory]
    [InlineData("direct")]
    [InlineData("reversible")]
    [InlineData("checkpointed")]
    public void Backward_OfHalvesInTwoModules_GivesThoseOfOneWithHalfTheWork(string adjointName)
    {
        using var scope = NewDisposeScope();
        var adjoint = AdjointCatalog.Find(adjointName)!;
        using var together = new Halves();
        using var whole = new ModuleField(together, 4);
        using Half first = new(1, hasTime: true), second = new(3, hasTime: false);
        using var apart = new HalvesField(first, second, 2);
        double[] Gradient(IDifferentiableField field)
        {
            var solve = new OdeModule(field, Options(SymplecticEuler.Method, adjoint));
            var input = Arange(12, dtype: ScalarType.Float64).reshape(3, 4).Over(10).requires_grad_();
            var end = solve.forward(input);
            if (field == apart)
            {
                Assert.Equal((Steps, Steps), (first.Calls, second.Calls));
            }

            OdeModule.Backward(end.Power(2).sum(), solve);
            return [.. end.detach().data<double>(), .. input.grad!.data<double>(), .. solve.parameters().SelectMany(parameter => parameter.grad!.data<double>())];
        }

        Assert.Equal(Gradient(new PartitionedField(whole)), Gradient(apart), Near);
    }

    /// <summary>Evaluated whole, as Runge–Kutta methods do, it is the field of both halves, in its dependence on time too.</summary>
    [Fact]
    public void Pullback_OfHalvesEvaluatedWhole_IsThatOfTheField()
    {
        using var scope = NewDisposeScope();
        using var together = new Halves();
        using var whole = new ModuleField(together, 4);
        using Half first = new(1, hasTime: true), second = new(3, hasTime: false);
        using var apart = new HalvesField(first, second, 2);
        double[] Gradient(IDifferentiableField field)
        {
            using var start = new FlowOde.Solvers.Vectors.FlatVector(field.StateLayout(3), ScalarType.Float64);
            start[0].Fill(0.3);
            start[1].Fill(-0.6);
            var problem = new OdeProblem { Field = field, Stepper = StepperCatalog.Find("rk4")!, Controller = new ConstantStep(Steps), Start = start, Times = [0.1, 1.3], Pool = new() };
            using var record = new DirectAdjoint().Record(problem, new(long.MaxValue));
            using FlowOde.Solvers.Vectors.FlatVector intoStart = start.CreateLike(), gradient = field.Parameters.CreateLike();
            using var cotangent = record.Final.Clone();
            var result = record.Pullback([cotangent], intoStart, gradient);
            return [.. record.Final.AsSpan<double>(), .. intoStart.AsSpan<double>(), .. gradient.Flat.data<double>().Where(value => value != 0), .. result.TimeCotangents];
        }

        Assert.Equal(Gradient(new PartitionedField(whole)), Gradient(apart), Near);
    }

    [Fact]
    public void Forward_OfAFieldThatThrows_Throws()
    {
        using var scope = NewDisposeScope();
        using var inner = new DecayField(1);
        using var solve = new OdeModule(new FailingField(inner) { FailsForward = true }, Options());
        Assert.Equal("forward", Assert.Throws<NotSupportedException>(() => solve.forward(ones(2, 1, dtype: ScalarType.Float64))).Message);
        using var explosive = new DecayField(-1e200);
        using var growing = new OdeModule(explosive, Options());
        Assert.Throws<OdeSolveException>(() => growing.forward(ones(2, 1, dtype: ScalarType.Float64)));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("backsolve")]
    public void Backward_OfAFieldThatThrows_ThrowsAndLeavesNoNumbers(string adjointName)
    {
        using var scope = NewDisposeScope();
        using var inner = new DecayField(1);
        var field = new FailingField(inner) { FailsBackward = true };
        using var solve = new OdeModule(field, Options(adjoint: AdjointCatalog.Find(adjointName)!));
        Tensor Loss() => solve.forward(ones(2, 1, dtype: ScalarType.Float64)).sum();
        Assert.Equal("backward", Assert.Throws<NotSupportedException>(() => OdeModule.Backward(Loss(), solve)).Message);
        Assert.True(double.IsNaN(solve.parameters().Single().grad!.item<double>()));

        Loss().backward(); // no exception can come from here
        Assert.Throws<NotSupportedException>(solve.RequireSuccess);
        autograd.grad([Loss()], [solve.parameters().Single()]);
        Assert.Throws<NotSupportedException>(() => Loss()); // the next call says so
        field.FailsBackward = false;
        solve.zero_grad();
        OdeModule.Backward(Loss(), solve);
        Assert.True(double.IsFinite(solve.parameters().Single().grad!.item<double>()));
    }

    [Fact]
    public void Backward_AfterAnUpdate_SaysSo()
    {
        using var scope = NewDisposeScope();
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        using var solve = new OdeModule(field, Options());
        var loss = solve.forward(Input()).sum();
        using (no_grad())
        {
            module.parameters().First().Shift(1);
        }

        Assert.Contains("between the forward and the backward", Assert.Throws<InvalidOperationException>(() => OdeModule.Backward(loss, solve)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Backward_ASecondTimeOrForSecondDerivatives_SaysSo()
    {
        using var scope = NewDisposeScope();
        using var module = new TimeMlp(3);
        using var field = new ModuleField(module, 2);
        using var solve = new OdeModule(field, Options());
        var loss = solve.forward(Input()).sum();
        loss.backward(retain_graph: true);
        solve.RequireSuccess();
        loss.backward();
        Assert.Contains("used already", Assert.Throws<InvalidOperationException>(solve.RequireSuccess).Message, StringComparison.Ordinal);

        var input = Input().requires_grad_();
        CheckedAutograd.Gradient(solve.forward(input).sum(), [input], tensor(1.0), createGraph: true);
        Assert.Contains("second derivatives", Assert.Throws<InvalidOperationException>(solve.RequireSuccess).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_OfWhatDoesNotFit_SaysWhatDoes()
    {
        using var roles = new RolesField(3);
        Assert.Contains("evolving", Assert.Throws<ArgumentException>(() => new OdeModule(roles, Options())).Message, StringComparison.Ordinal);
        using var decay = new DecayField(1);
        Assert.Contains("coupled-rk4", Assert.Throws<ArgumentException>(() => new OdeModule(decay, Options(adjoint: new ReversibleAdjoint()))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new PartitionedField(decay));
        using var solve = new OdeModule(decay, Options());
        Assert.Contains("expects [2, 1]", Assert.Throws<ArgumentException>(() => solve.forward(ones(2, 3, dtype: ScalarType.Float64))).Message, StringComparison.Ordinal);
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => solve.forward(ones(2, 1))).Message, StringComparison.Ordinal);
    }

    private static OdeModuleOptions Options(IStepper? stepper = null, IAdjoint? adjoint = null) =>
        new() { Stepper = stepper ?? StepperCatalog.Find("rk4")!, Controller = new ConstantStep(Steps), Adjoint = adjoint ?? new AutoAdjoint() };

    private static Tensor Input() => tensor(new[] { 0.3, -0.8, 1.2, 0.1, -0.5, 0.9 }).reshape(3, 2);

    private static Linear Layer(int seed)
    {
        var layer = nn.Linear(2, 2, dtype: ScalarType.Float64);
        using (no_grad())
        {
            layer.weight!.copy_(tensor(new[] { 0.9, -0.2 * seed, 0.3, 1.1 }).reshape(2, 2));
            layer.bias!.copy_(tensor(new[] { 0.1, -0.2 * seed }));
        }

        return layer;
    }

    private static Tensor Increment(TimeMlp f, double t, double h, Tensor y)
    {
        Tensor At(double time, Tensor state) => f.forward(tensor(time), state);
        var k1 = At(t, y);
        var k2 = At(t + (h / 2), y.Plus(k1.Times(h / 2)));
        var k3 = At(t + (h / 2), y.Plus(k2.Times(h / 2)));
        var k4 = At(t + h, y.Plus(k3.Times(h)));
        return k1.Plus(k2.Times(2)).Plus(k3.Times(2)).Plus(k4).Times(h / 6);
    }

    private static Tensor Rk4(TimeMlp f, Tensor y)
    {
        for (int n = 0; n < Steps; n++)
        {
            y = y.Plus(Increment(f, (double)n / Steps, 1.0 / Steps, y));
        }

        return y;
    }

    private static Tensor Coupled(TimeMlp f, Tensor y)
    {
        const double lambda = ReversibleCoupling.DefaultCoupling;
        var w = y;
        for (int n = 0; n < Steps; n++)
        {
            y = y.Times(lambda).Plus(w.Times(1 - lambda)).Plus(Increment(f, (double)n / Steps, 1.0 / Steps, w));
            w = w - Increment(f, (n + 1.0) / Steps, -1.0 / Steps, y);
        }

        return y;
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-11;

    private static void AssertClose(Tensor expected, Tensor actual, string what)
    {
        double distance = (expected - actual).norm().item<double>() / expected.norm().item<double>();
        Assert.True(distance < 1e-10, $"{what}: relative distance {distance:E2}");
    }

    /// <summary>x → tanh(Ax), with t added or not.</summary>
    private sealed class Half : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly Linear _layer;
        private readonly bool _hasTime;

        public Half(int seed, bool hasTime)
            : base(nameof(Half))
        {
            (_layer, _hasTime) = (Layer(seed), hasTime);
            RegisterComponents();
        }

        public int Calls { get; private set; }

        public override Tensor forward(Tensor time, Tensor state)
        {
            Calls++;
            return _hasTime ? _layer.forward(state).tanh().Plus(time) : _layer.forward(state).tanh();
        }
    }

    /// <summary>(x1, x2) → (tanh(A x2) + t, tanh(B x1)).</summary>
    private sealed class Halves : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly Linear _first = Layer(1);
        private readonly Linear _second = Layer(3);

        public Halves()
            : base(nameof(Halves)) => RegisterComponents();

        public override Tensor forward(Tensor time, Tensor state) =>
            cat([_first.forward(state.narrow(1, 2, 2)).tanh().Plus(time), _second.forward(state.narrow(1, 0, 2)).tanh()], 1);
    }
}
