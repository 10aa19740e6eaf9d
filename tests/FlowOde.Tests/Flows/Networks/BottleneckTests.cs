using FlowOde.Flows.Dynamics;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Solvers;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Steppers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Dynamics;
using FlowOde.Tests.Solvers.Adjoints;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>Networks f = g∘h whose tangents are those of J_h J_g.</summary>
public sealed class BottleneckTests
{
    private const int Rows = 3;

    public static TheoryData<string, bool> LayersOfBothKinds() => NetworkContextTests.LayersOfBothKinds();

    [Theory]
    [MemberData(nameof(LayersOfBothKinds))]
    public void ForwardAndPullback_InDouble_AgreeWithAutograd(string layer, bool ofImages) => AssertAgrees(Options(layer, ofImages), ScalarType.Float64, 1e-11);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ForwardAndPullback_InSingle_AgreeWithAutogradInDouble(bool ofImages) =>
        AssertAgrees(Options("concatsquash", ofImages) with { Activation = new SoftplusActivation() }, ScalarType.Float32, 1e-5);

    /// <summary>Wide layers have further columns in memory, also behind a bottleneck's own.</summary>
    [Fact]
    public void ForwardAndPullback_OfABottleneckWiderThanItsColumns_AgreeWithAutograd() =>
        AssertAgrees(new MlpOptions { Dimension = 200, Hidden = [150, 131, 140], BottleneckLayer = 2, Activation = new SoftplusActivation() }, ScalarType.Float64, 1e-11);

    [Theory]
    [MemberData(nameof(LayersOfBothKinds))]
    public void Trace_WithABottleneck_IsThatWithout(string layer, bool ofImages)
    {
        using var scope = NewDisposeScope();
        var options = Options(layer, ofImages);
        using var parameters = SeededDraws.Parameters(options, 3);
        var (values, trace) = Rates(options, parameters, new ExactTrace());
        var (expectedValues, expectedTrace) = Rates(options with { BottleneckLayer = 0 }, parameters, new ExactTrace());
        Close(expectedValues, values, 1e-13, "f");
        Close(expectedTrace, trace, 1e-12, "trace");
        Close(expectedTrace, Rates(options, parameters, new HutchPlusPlusTrace(54)).Trace, 1e-11, "trace of a sketch of everything");
    }

    /// <summary>All 16 directions of signs: the mean is the trace, and the variance that of the matrix J_h J_g.</summary>
    [Fact]
    public void HutchinsonTrace_OverAllSigns_HasTheMomentsOfTheSmallMatrix()
    {
        using var scope = NewDisposeScope();
        var options = new MlpOptions { Dimension = 6, Hidden = [7, 4, 5], BottleneckLayer = 2 };
        using var parameters = SeededDraws.Parameters(options, 3);
        var signs = cartesian_prod([.. Enumerable.Repeat(tensor([-1.0, 1.0]), 4)]);
        Tensor Products(Tensor directions)
        {
            var rows = cat([directions, zeros(directions.size(0), 2, dtype: ScalarType.Float64)], 1).unsqueeze(1).expand(-1, Rows, -1);
            var products = options.CreateNetwork(parameters).Express(tensor(0.3, ScalarType.Float64), new(Wave(0.1, Rows, 6), rows), null, [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i])]).Tangents!;
            Assert.Equal(0, products[.., .., 4..].abs().max().item<double>());
            return products[.., .., ..4];
        }

        var estimates = (Products(signs) * signs.unsqueeze(1)).sum([2L]);
        var matrix = Products(eye(4, dtype: ScalarType.Float64)).permute(1, 0, 2);
        var trace = matrix.diagonal(0, 1, 2).sum([1L]);
        var symmetric = matrix.Plus(matrix.transpose(1, 2)).Over(2);
        Close(trace, estimates.mean([0L]), 1e-14, "mean");
        Close((symmetric.Squared().sum([1L, 2L]) - symmetric.diagonal(0, 1, 2).Squared().sum([1L])).Times(2), (estimates - trace).Squared().mean([0L]), 1e-14, "variance");
        Close(Rates(options with { BottleneckLayer = 0 }, parameters, new ExactTrace(), 0.3).Trace, -trace, 1e-13, "trace of the whole");
    }

    [Theory]
    [InlineData(false, "exact")]
    [InlineData(false, "hutchinson")]
    [InlineData(true, "hutchinson")]
    public void LogDensityGradient_ThroughASolve_IsTheSameDirectAndByBackpropagation(bool ofImages, string trace)
    {
        var options = Options("concatsquash", ofImages) with { ContextDimension = 0 };
        using var parameters = SeededDraws.Parameters(options, 3);
        var dynamics = new CnfDynamics(options.CreateNetwork(parameters), trace == "exact" ? new ExactTrace() : new HutchinsonTrace(2, ProbeDistribution.Gaussian), new KineticEnergy());
        using var directions = dynamics.DrawDirections(SeededDraws.Rows(Rows), SeededDraws.Stream(11));
        var field = dynamics.ForSolve(directions);
        var problem = new OdeProblem
        {
            Field = field,
            Stepper = StepperCatalog.Find("rk4")!,
            Controller = new ConstantStep(3),
            Start = SeededDraws.Vector(field.StateLayout(Rows), 4, ScalarType.Float64),
            Times = [1, 0],
            Pool = new(),
        };
        GradientRun.Of(problem, new BackpropagationAdjoint()).AssertClose(GradientRun.Of(problem, new DirectAdjoint()), 1e-12);
    }

    /// <summary>Counted on this thread after a first evaluation, which may make what is kept.</summary>
    [Theory]
    [MemberData(nameof(LayersOfBothKinds))]
    public void ForwardAndPullback_Repeated_LeavesNoTensorsBehind(string layer, bool ofImages)
    {
        foreach (var options in new[] { Options(layer, ofImages), Options(layer, ofImages) with { BottleneckLayer = 0 } })
        {
            using var parameters = SeededDraws.Parameters(options, 3);
            using var gradient = parameters.CreateLike();
            var network = options.CreateNetwork(parameters);
            using var into = zeros(Rows, network.Dimension, dtype: ScalarType.Float64);
            using var intoContext = zeros(Rows, 2, dtype: ScalarType.Float64);
            using var time = zeros(1, dtype: ScalarType.Float64);
            using var workspace = network.CreateWorkspace(new(Rows, ScalarType.Float64, CPU), 2);
            using var tape = workspace.CreateTape();
            Evaluate();
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Evaluate();
            Evaluate();
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

            void Evaluate()
            {
                network.Forward(0.3, tape);
                network.Pullback(tape, into, intoContext);
                network.PullbackParameters(tape, 1, gradient, time);
            }
        }
    }

    [Fact]
    public void Bottleneck_ThatIsNone_IsRefused()
    {
        var options = new MlpOptions { Dimension = 4, Hidden = [5, 3] };
        string Refusal(NetworkOptions refused)
        {
            using var parameters = new FlatVector(refused.ParameterLayout, ScalarType.Float64);
            return Assert.Throws<ArgumentException>(() => refused.CreateNetwork(parameters)).Message;
        }

        Assert.Contains("5 numbers a row, the input 4", Refusal(options with { BottleneckLayer = 1 }), StringComparison.Ordinal);
        Assert.Contains("2 hidden layers", Refusal(options with { BottleneckLayer = 3 }), StringComparison.Ordinal);
        Assert.Contains("BottleneckLayer", Assert.Throws<ArgumentOutOfRangeException>(() => options with { BottleneckLayer = -1 }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CnfDynamics_WithARegularizerOfTheJacobian_RefusesABottleneck()
    {
        var options = new MlpOptions { Dimension = 4, Hidden = [5, 3], BottleneckLayer = 2 };
        using var parameters = SeededDraws.Parameters(options, 3);
        var network = options.CreateNetwork(parameters);
        Assert.Contains("jacobian-frobenius", Assert.Throws<ArgumentException>(() => new CnfDynamics(network, new HutchinsonTrace(), KnownRegularizers.All)).Message, StringComparison.Ordinal);
        Assert.Equal(3, network.DirectionDimension);
    }

    private static NetworkOptions Options(string layer, bool ofImages)
    {
        NetworkOptions shape = ofImages
            ? new ConvOptions { Image = new(2, 4, 6), Hidden = [4, 3, 5], Strides = [1, 2, 1, -2], BottleneckLayer = 2 }
            : new MlpOptions { Dimension = 6, Hidden = [7, 3, 5], BottleneckLayer = 2 };
        return shape with { LayerType = KnownLayers.Named(layer), Activation = new LearnedSwishActivation(), ContextDimension = 2 };
    }

    private static (Tensor Values, Tensor Trace) Rates(NetworkOptions options, FlatVector parameters, ITraceEstimator trace, double time = 0.4)
    {
        var dynamics = new CnfDynamics(options.CreateNetwork(parameters), trace);
        var state = new FlatVector(dynamics.StateLayout(Rows), ScalarType.Float64);
        state[0].copy_(Wave(0.1, state[0].shape));
        if (options.ContextDimension > 0)
        {
            state[1].copy_(Wave(0.5, state[1].shape));
        }

        using var directions = dynamics.DrawDirections(SeededDraws.Rows(Rows), SeededDraws.Stream(11), time, state[0], options.ContextDimension > 0 ? state[1] : null);
        using var run = new FieldRun(dynamics.ForSolve(directions), state, time, state.CreateLike());
        return (run.Derivative[0].clone(), run.Derivative[dynamics.FirstChannel].clone());
    }

    private static void AssertAgrees(NetworkOptions options, ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(options, 3, dtype);
        using var gradient = parameters.CreateLike();
        var network = options.CreateNetwork(parameters);
        var run = new NetworkRun(network, Rows, 2, gradient, network.DirectionDimension);
        Tensor Double(Tensor tensor) => tensor.to(ScalarType.Float64);
        Tensor[] leaves = [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => Double(parameters[i]).clone().requires_grad_())];
        var (time, input, context) = (tensor(NetworkRun.Time, ScalarType.Float64).requires_grad_(), Double(run.Input).clone().requires_grad_(), run.Context is null ? null : Double(run.Context).clone().requires_grad_());
        var expression = network.Express(time, new(input, Double(run.Directions)), context, leaves);
        Close(expression.Values, run.Values, tolerance, "values");
        Close(expression.Tangents!, run.Tangents, tolerance, "tangents");
        var objective = (expression.Values * Double(run.ValueCotangent)).sum().Plus((expression.Tangents! * Double(run.TangentCotangent)).sum());
        var gradients = OracleDerivatives.Gradients(objective, [input, time, .. leaves, .. context is null ? (Tensor[])[] : [context]]);
        Close(gradients[0], run.InputCotangent, tolerance, "input");
        Close(gradients[1].view(1), run.TimeCotangent, tolerance, "time");
        for (int i = 0; i < leaves.Length; i++)
        {
            Close(gradients[2 + i].Times(NetworkRun.Weight), gradient[i], tolerance, parameters.Layout.Segments[i].Name);
        }

        if (context is not null)
        {
            Close(gradients[^1], run.ContextCotangent!, tolerance, "context");
        }
    }

    private static Tensor Wave(double phase, params long[] shape) =>
        sin(Arange(shape.Aggregate((a, b) => a * b), dtype: ScalarType.Float64).Times(0.7391).Plus(phase)).view(shape);

    private static void Close(Tensor expected, Tensor actual, double tolerance, string what)
    {
        double scale = Math.Max(expected.abs().max().item<double>(), 1e-3);
        double error = (expected - actual.to(ScalarType.Float64)).abs().max().item<double>() / scale;
        Assert.True(error <= tolerance, $"{what}: error {error:E2} of the largest entry {scale:G3}, allowed {tolerance:E0}");
    }
}
