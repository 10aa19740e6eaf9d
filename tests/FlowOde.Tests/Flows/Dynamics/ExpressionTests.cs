using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Tests.Solvers.Adjoints;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Dynamics;

/// <summary>A flow's field as a torch expression against its closed forms: back-propagation of whole solves against the direct method.</summary>
public sealed class ExpressionTests
{
    public static TheoryData<string, string, string> Layers()
    {
        string[] methods = ["dopri5", "rk4", "bosh3", "euler", "heun2"];
        var data = new TheoryData<string, string, string>();
        foreach (var (layer, i) in KnownLayers.OfMatrices.Select((layer, i) => (layer.Name, i)))
        {
            data.Add(layer, "exact", methods[i % methods.Length]);
            data.Add(layer, "hutchinson", methods[(i + 1) % methods.Length]);
        }

        return data;
    }

    public static TheoryData<string> Activations() => [.. KnownActivations.All.Select(activation => activation.Name)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Backpropagation_ThroughEveryLayerType_EqualsDirect(string layer, string trace, string stepper)
    {
        var options = new MlpOptions { Dimension = 3, Hidden = [9, 8], LayerType = KnownLayers.Named(layer) };
        AssertEqualsDirect(options, trace, StepperCatalog.Find(stepper)!, ScalarType.Float64, 1e-12);
        AssertEqualsDirect(options, trace, StepperCatalog.Find(stepper)!, ScalarType.Float32, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Backpropagation_ThroughEveryActivation_EqualsDirect(string activation)
    {
        var options = new MlpOptions { Dimension = 2, Hidden = [8, 8], Activation = KnownActivations.Named(activation) };
        AssertEqualsDirect(options, "exact", StepperCatalog.Find("rk4")!, ScalarType.Float64, 1e-12);
        AssertEqualsDirect(options, "hutchinson", StepperCatalog.Find("bosh3")!, ScalarType.Float32, 1e-5);
    }

    [Fact]
    public void Backpropagation_OfTheSampleField_EqualsDirect()
    {
        var options = new MlpOptions { Dimension = 3, Hidden = [7] };
        using var parameters = SeededDraws.Parameters(options, 3);
        var field = new CnfDynamics(new MlpNetwork(options, parameters), new ExactTrace()).SampleField;
        AssertEqualsDirect(Problem(field, StepperCatalog.Find("dopri5")!, ScalarType.Float64), 1e-12);
    }

    [Fact]
    public void Record_OfDirectionsOfAnotherBatch_IsRefused()
    {
        using var cnf = new SmallCnf();
        using var start = SeededDraws.Vector(cnf.Field.StateLayout(SmallCnf.Rows + 1), 1);
        var problem = Problem(cnf.Field, StepperCatalog.Find("rk4")!, ScalarType.Float64) with { Start = start };
        Assert.Contains("drawn for 6 rows", Assert.Throws<ArgumentException>(() => new BackpropagationAdjoint().Record(problem, new(0))).Message, StringComparison.Ordinal);
    }

    /// <summary>At zero, where max and |a| have no derivative, and far out, where e^a overflows: value, slope and curvature must be the closed forms'.</summary>
    [Theory]
    [MemberData(nameof(Activations))]
    public void Express_AtZeroAndFarOut_IsTheClosedForm(string name)
    {
        using var scope = NewDisposeScope();
        var activation = KnownActivations.Named(name);
        foreach (var dtype in new[] { ScalarType.Float64, ScalarType.Float32 })
        {
            var a = tensor(new[] { 0, -0.0, 1, -1, 30, -30, 95, -95, 800, -800 }, dtype: dtype).view(-1, 1);
            Tensor[] parameters = [.. activation.Segments.Select(_ => ones(1, dtype: dtype))];
            using var output = new Dual(a.shape[0], 1, 1, dtype, CPU);
            using var scratch = new ActivationScratch(a.shape[0], 1, dtype, CPU);
            using var tape = activation.CreateTape(output, scratch);
            using var cotangent = new Dual(a.shape[0], 1, 1, dtype, CPU);
            output.Values.copy_(a);
            output.Tangents.Fill(1);
            activation.Forward(zeros(1, dtype: dtype), parameters, tape);
            cotangent.Values.Fill(0.7);
            cotangent.Tangents.Fill(1.3);
            var (value, slope) = (output.Values.clone(), output.Tangent[0].clone());
            activation.Pullback(tape, parameters, cotangent, [.. parameters.Select(parameter => zeros_like(parameter))]);

            var leaf = a.clone().requires_grad_();
            var expression = activation.Express(new(leaf, ones(1, a.shape[0], 1, dtype: dtype)), parameters);
            Tensor[] parts = [.. new[] { expression.Values, expression.Tangents! }.Where(part => part.requires_grad)];
            var pulled = CheckedAutograd.Gradient(parts, [leaf], [.. parts.Select(part => FullLike(part, ReferenceEquals(part, expression.Values) ? 0.7 : 1.3))])[0]!;
            double allowed = dtype == ScalarType.Float64 ? 1e-14 : 1e-6;
            AssertClose(value, expression.Values, allowed, $"{name} value");
            AssertClose(slope, expression.Tangents![0], allowed, $"{name} slope");
            AssertClose(cotangent.Values, pulled, allowed, $"{name} pullback");
        }
    }

    private static void AssertClose(Tensor expected, Tensor actual, double allowed, string what)
    {
        double error = ((expected - actual).abs() / expected.abs().Plus(1)).max().to(ScalarType.Float64).item<double>();
        Assert.True(error <= allowed, $"{what}: error {error:E2}, allowed {allowed:E0}");
    }

    private static void AssertEqualsDirect(MlpOptions options, string trace, IStepper stepper, ScalarType dtype, double tolerance)
    {
        using var parameters = SeededDraws.Parameters(options, 3, dtype);
        ITraceEstimator estimator = trace == "exact" ? new ExactTrace() : new HutchinsonTrace(2);
        var dynamics = new CnfDynamics(new MlpNetwork(options, parameters), estimator, KnownRegularizers.All);
        using var directions = dynamics.DrawDirections(SeededDraws.Rows(5), SeededDraws.Stream(11));
        AssertEqualsDirect(Problem(dynamics.ForSolve(directions), stepper, dtype), tolerance);
    }

    private static void AssertEqualsDirect(OdeProblem problem, double tolerance) =>
        GradientRun.Of(problem, new BackpropagationAdjoint()).AssertClose(GradientRun.Of(problem, new DirectAdjoint()), tolerance);

    private static OdeProblem Problem(IDifferentiableField field, IStepper stepper, ScalarType dtype) => new()
    {
        Field = field,
        Stepper = stepper,
        Controller = stepper.EmbeddedOrder > 0 ? new PidController { Tolerances = new(1e-4, 1e-4) } : new ConstantStep(8),
        Start = SeededDraws.Vector(field.StateLayout(5), 4, dtype),
        Times = [1, 0.55, 0],
        Pool = new(),
    };
}
