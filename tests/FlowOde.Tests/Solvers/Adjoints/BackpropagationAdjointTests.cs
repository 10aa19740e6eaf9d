using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Solvers.Problems;
using static TorchSharp.torch;

namespace FlowOde.Tests.Solvers.Adjoints;

/// <summary>Two independent ways to the discrete gradient, autograd over the whole solve and the closed-form reverse of each step, must agree.</summary>
public class BackpropagationAdjointTests
{
    private static readonly double[] _times = [0.2, 0.7, 1.1, 1.9];

    public static TheoryData<string, bool> Methods
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var stepper in StepperCatalog.All.OfType<ExplicitRungeKutta>())
            {
                data.Add(stepper.Name, false);
                if (stepper.EmbeddedOrder > 0)
                {
                    data.Add(stepper.Name, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Pullback_OnAllRoles_EqualsDirect(string stepper, bool adapts)
    {
        using var field = new RolesField(3);
        AssertEqualsDirect(Problem(field, stepper, adapts, ScalarType.Float64), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Pullback_OnAModule_EqualsDirect(string stepper, bool adapts)
    {
        foreach (var (dtype, tolerance) in new[] { (ScalarType.Float64, 1e-12), (ScalarType.Float32, 1e-5) })
        {
            using var module = new TimeMlp(5, dtype);
            using var field = new ModuleField(module, 2);
            AssertEqualsDirect(Problem(field, stepper, adapts, dtype), tolerance);
        }
    }

    [Fact]
    public void Pullback_OfASolveBackwardInTime_EqualsDirect()
    {
        using var field = new RolesField(4);
        AssertEqualsDirect(Problem(field, "dopri5", true, ScalarType.Float64) with { Times = [1.9, 1.1, 0.3] }, 1e-12);
    }

    [Fact]
    public void Record_WithRejectedSteps_MakesTheStepsOfEverySolve()
    {
        using var field = new RolesField(6);
        var problem = Problem(field, "dopri5", true, ScalarType.Float64) with { Controller = new PidController { Tolerances = new(1e-7, 1e-7), FirstStep = 0.45 } };
        var (mine, direct) = (GradientRun.Of(problem, new BackpropagationAdjoint()), GradientRun.Of(problem, new DirectAdjoint()));
        Assert.True(direct.Forward.RejectedSteps > 0);
        Assert.Equal(direct.Forward, mine.Forward);
        Assert.Equal(direct.Backward, mine.Backward);
        mine.AssertClose(direct, 1e-12);
    }

    [Fact]
    public void Pullback_AfterTheModulesParametersChanged_ThrowsInsteadOfEndingTheProcess()
    {
        using var module = new TimeMlp(5);
        using var field = new ModuleField(module, 2);
        var problem = Problem(field, "rk4", false, ScalarType.Float64) with { Times = [0, 1] };
        using var record = new BackpropagationAdjoint().Record(problem, new(0));
        using (no_grad())
        {
            module.parameters().First().Scale(2);
        }

        using var start = problem.Start.CreateLike();
        using var gradient = field.Parameters.CreateLike();
        Assert.Contains("record again", Assert.Throws<InvalidOperationException>(() => record.Pullback([record.Final], start, gradient)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pullback_OfAModuleThatWorksInPlaceOnItsInput_EqualsThatOfOneThatDoesNot()
    {
        using var inPlace = new Doubling(true);
        using var plain = new Doubling(false);
        using ModuleField one = new(inPlace, 2), other = new(plain, 2);
        GradientRun.Of(Problem(one, "rk4", false, ScalarType.Float64), new BackpropagationAdjoint())
            .AssertClose(GradientRun.Of(Problem(other, "rk4", false, ScalarType.Float64), new BackpropagationAdjoint()), 1e-15);
    }

    /// <summary>ẏ = y, with a parameter that it never uses and its state's own handle as derivative: y(1) = (1 + h + h²/2 + h³/6 + h⁴/24) y(0).</summary>
    [Fact]
    public void Pullback_OfAFieldThatReturnsItsState_IsTheLinearSolvesGradient()
    {
        using var field = new Growth();
        var problem = Problem(field, "rk4", false, ScalarType.Float64) with { Times = [0, 1], Controller = new ConstantStep(1) };
        using var record = new BackpropagationAdjoint().Record(problem, new(0));
        using FlatVector start = problem.Start.CreateLike(), gradient = field.Parameters.CreateLike(), cotangent = problem.Start.CreateLike();
        cotangent[0].Fill(1);
        var result = record.Pullback([cotangent], start, gradient);
        Assert.All(start.AsSpan<double>(0).ToArray(), value => Assert.Equal(1 + 1 + (1 / 2.0) + (1 / 6.0) + (1 / 24.0), value, 1e-14));
        Assert.Equal(0, gradient.AsSpan<double>(0)[0]);
        double slope = (1 + 1 + (1 / 2.0) + (1 / 6.0)) * problem.Start.AsSpan<double>(0).ToArray().Sum();
        Assert.Equal(-slope, result.TimeCotangents[0], 1e-13);
        Assert.Equal(slope, result.TimeCotangents[1], 1e-13);
    }

    [Fact]
    public void Pullback_OfAnotherLayout_IsRefused()
    {
        using var field = new RolesField(3);
        using var record = new BackpropagationAdjoint().Record(Problem(field, "rk4", false, ScalarType.Float64) with { Times = [0, 1] }, new(0));
        using FlatVector wrong = field.Parameters.CreateLike(), gradient = field.Parameters.CreateLike(), start = record.Final.CreateLike();
        Assert.Contains("layout", Assert.Throws<ArgumentException>(() => record.Pullback([wrong], start, gradient)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_OfAFieldWhoseDerivativeHasAnotherShape_SaysWhich()
    {
        using var field = new Growth { Columns = 1 };
        Assert.Contains("[4, 1]", Assert.Throws<ArgumentException>(() => new BackpropagationAdjoint().Record(Problem(field, "rk4", false, ScalarType.Float64), new(0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_OfWhatCannotBeUnrolled_NamesWhatCan()
    {
        var adjoint = new BackpropagationAdjoint();
        Assert.False(adjoint.Supports(new OtherStepper(), out string reason));
        Assert.Contains("dopri5", reason, StringComparison.Ordinal);
        using var decay = new DecayField(1);
        var problem = Problem(decay, "rk4", false, ScalarType.Float64);
        Assert.Contains(nameof(IAutogradField), Assert.Throws<ArgumentException>(() => adjoint.Record(problem, new(0))).Message, StringComparison.Ordinal);
        using var field = new RolesField(3);
        var other = Problem(field, "rk4", false, ScalarType.Float64) with { Stepper = new OtherStepper() };
        Assert.Contains("'other'", Assert.Throws<ArgumentException>(() => adjoint.Record(other, new(0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_OfASolveThatCannotGoOn_Throws()
    {
        using var field = new RolesField(3);
        var problem = Problem(field, "dopri5", true, ScalarType.Float64) with { Limits = new() { MaxSteps = 2 } };
        Assert.Throws<OdeSolveException>(() => new BackpropagationAdjoint().Record(problem, new(0)));
    }

    [Fact]
    public void Record_OfAFrozenParameter_SaysWhich()
    {
        using var module = new TimeMlp(5);
        using var field = new ModuleField(module, 2);
        module.parameters().Last().requires_grad = false;
        Assert.Contains("Parameter 3", Assert.Throws<ArgumentException>(() => new BackpropagationAdjoint().Record(Problem(field, "rk4", false, ScalarType.Float64), new(0))).Message, StringComparison.Ordinal);
    }

    private static void AssertEqualsDirect(OdeProblem problem, double tolerance)
    {
        var direct = GradientRun.Of(problem, new DirectAdjoint());
        var mine = GradientRun.Of(problem, new BackpropagationAdjoint());
        Assert.Equal(direct.Grid.Count, mine.Grid.Count);
        mine.AssertClose(direct, tolerance);
    }

    private static OdeProblem Problem(IDifferentiableField field, string stepper, bool adapts, ScalarType dtype)
    {
        var start = new FlatVector(field.StateLayout(4), dtype);
        var random = new Random(17);
        using var scope = NewDisposeScope();
        for (int i = 0; i < start.Layout.Segments.Count; i++)
        {
            start[i].copy_(tensor(Enumerable.Range(0, (int)start.Layout.Segments[i].Length).Select(_ => (2 * random.NextDouble()) - 1).ToArray()).view(start.Layout.Segments[i].Shape));
        }

        IStepSizeController controller = adapts ? Pid(dtype == ScalarType.Float64 ? 1e-5 : 1e-3) : new ConstantStep(9);
        return new() { Field = field, Stepper = StepperCatalog.Find(stepper)!, Controller = controller, Start = start, Times = _times, Pool = new() };
    }

    private sealed class Doubling(bool inPlace) : nn.Module<Tensor, Tensor, Tensor>(nameof(Doubling))
    {
        public override Tensor forward(Tensor time, Tensor state) => inPlace ? state.mul_(time).sin_() : state.mul(time).sin();
    }

    private sealed class Growth : IAutogradField, IDisposable
    {
        public long Columns { get; init; } = 2;

        public FlatVector Parameters { get; } = new(new VectorLayout(new Segment("unused", 1)), ScalarType.Float64);

        public object WorkspaceKey => this;

        public VectorLayout StateLayout(long rows) => new(new Segment("y", rows, 2) { IsBatched = true });

        public ParameterLeaves CreateLeaves() => ParameterLeaves.CopyOf(Parameters);

        public Tensor?[] Express(Tensor time, IReadOnlyList<Tensor> state, ParameterLeaves leaves) => [Columns == 2 ? state[0] : state[0].narrow(1, 0, Columns)];

        public FieldWorkspace CreateWorkspace(WorkspaceSpec spec) => new EmptyWorkspace();

        public void Evaluate(EvaluationTime time, FlatVector state, FieldTape tape, FlatVector intoDerivative) => throw new NotSupportedException();

        public void Pullback(FieldTape tape, FlatVector cotangent, double weight, FlatVector intoState, FlatVector intoGradient, Tensor? intoTime = null) => throw new NotSupportedException();

        public void AccumulateParameters(FieldTape tape, double weight, FlatVector intoGradient) => throw new NotSupportedException();

        public void Dispose() => Parameters.Dispose();
    }

    private sealed class OtherStepper : IStepper
    {
        public string Name => "other";

        public int Order => 1;

        public int EmbeddedOrder => 0;

        public int DenseOrder => 1;

        public bool StatesStageWeights => false;

        public StepWorkspace CreateWorkspace(VectorLayout layout, ScalarType dtype, Device device) => throw new NotSupportedException();
    }
}
