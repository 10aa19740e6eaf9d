using FlowOde.Flows.Composition;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Matching;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Regularizers;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Fields;
using FlowOde.Tests.Flows.Composition;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>Networks given as expressions against the closed form of the same network, and against autograd written out.</summary>
public sealed class AutogradNetworkTests
{
    private const int Rows = 4;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(2, 3)]
    public void ForwardAndPullback_OfAnExpression_AgreeWithAutogradWrittenOut(int tangents, int context)
    {
        using var scope = NewDisposeScope();
        var options = Options(context);
        using var parameters = SeededDraws.Parameters(options, 3);
        using var gradient = parameters.CreateLike();
        var network = new ExpressedNetwork(options.CreateNetwork(parameters));
        var run = new NetworkRun(network, Rows, tangents, gradient);
        Tensor[] leaves = [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i].clone().requires_grad_())];
        var (input, time, given) = (run.Input.clone().requires_grad_(), tensor(NetworkRun.Time, ScalarType.Float64).requires_grad_(), run.Context?.clone().requires_grad_());
        var f = options.CreateNetwork(parameters).Express(time, new(input, null), given, leaves).Values;
        Close(f, run.Values, "values");
        var objective = (f * run.ValueCotangent).sum();
        for (int k = 0; k < tangents; k++)
        {
            var product = OracleDerivatives.Vjp(f, input, run.Directions[k]);
            Close(product, run.Tangents[k], $"tangent {k}");
            objective = objective.Plus((product * run.TangentCotangent[k]).sum());
        }

        var gradients = OracleDerivatives.Gradients(objective, [input, time, .. leaves]);
        Close(gradients[0], run.InputCotangent, "input");
        Close(gradients[1].view(1), run.TimeCotangent, "time");
        for (int i = 0; i < leaves.Length; i++)
        {
            Close(gradients[2 + i].Times(NetworkRun.Weight), gradient[i], parameters.Layout.Segments[i].Name);
        }

        if (given is not null)
        {
            Close(OracleDerivatives.Gradients(objective, given)[0], run.ContextCotangent!, "context");
        }
    }

    [Theory]
    [InlineData("exact", "direct")]
    [InlineData("exact", "backsolve")]
    [InlineData("hutchinson", "direct")]
    [InlineData("hutchinson", "checkpointed")]
    [InlineData("hutchinson", "backpropagation")]
    public void Evaluate_OfALikelihood_HasTheValueAndGradientOfTheClosedForm(string trace, string adjoint)
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 3, Hidden = [7, 6], Blocks = 2, ContextDimension = 2 }, TestFlows.Unit(3));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        var settings = TestFlows.Steps(5, trace == "exact" ? new ExactTrace() : new HutchinsonTrace(2)) with
        {
            Adjoint = AdjointCatalog.Find(adjoint)!,
            Regularizers = trace == "exact" ? KnownRegularizers.All : [new KineticEnergy()],
        };
        using var batch = new TrainingBatch(TestFlows.Normal(Rows, 3).clone(), [.. SeededDraws.Rows(Rows)]) { Context = eye(2, dtype: ScalarType.Float64).repeat(2, 1) };
        var objective = new NegativeLogLikelihood([.. settings.Regularizers.Select(_ => 0.3)]);
        using var expected = parameters.CreateLike();
        using var found = parameters.CreateLike();
        using var closed = model.Bind(parameters, settings);
        using var expressed = model.Bind(parameters, settings, network => new ExpressedNetwork(network));
        var first = objective.Evaluate(closed, batch, TestFlows.Draw(Rows), Rows, expected);
        var second = objective.Evaluate(expressed, batch, TestFlows.Draw(Rows), Rows, found);
        Assert.Equal(first.Loss, second.Loss, 1e-11);
        double allowed = adjoint == "backsolve" ? 1e-7 : 1e-10; // whose own steps follow from what is computed
        Close(expected.Flat, found.Flat, "gradient", allowed);
        Assert.True(expected.Flat.abs().max().item<double>() > 1e-2, "The gradient must not vanish, or this shows nothing.");
    }

    [Fact]
    public void Evaluate_OfTheFrobeniusRegularizer_HasTheMeanOfTheClosedForm()
    {
        using var scope = NewDisposeScope();
        var options = Options(0);
        using var parameters = SeededDraws.Parameters(options, 3);
        var closed = options.CreateNetwork(parameters);
        const int Probes = 4000;
        Tensor Squares(INetwork network)
        {
            using var workspace = network.CreateWorkspace(new(1, ScalarType.Float64, CPU), Probes);
            using var tape = workspace.CreateTape();
            using var directions = new HutchinsonTrace(Probes).Draw([0], 3, SeededDraws.Stream(5), ScalarType.Float64);
            tape.Input.Values.Fill(0.4);
            tape.Input.Tangents.copy_(directions.Values);
            network.Forward(NetworkRun.Time, tape);
            return tape.Output.Tangents.Squared().sum([1, 2]);
        }

        var (jacobian, transposed) = (Squares(closed), Squares(new ExpressedNetwork(closed)));
        double difference = (jacobian.mean() - transposed.mean()).item<double>();
        double error = Math.Sqrt(jacobian.var().Plus(transposed.var()).item<double>() / Probes);
        Assert.True(Math.Abs(difference) < 4 * error, $"the means differ by {difference:G3}, {difference / error:G3} standard errors");
        Assert.True((jacobian - transposed).abs().max().item<double>() > 1e-3, "The products must differ, or this shows nothing.");
        Assert.Equal(TangentProduct.JacobianTimesDirection, closed.TangentProduct);
        Assert.Equal(TangentProduct.DirectionTimesJacobian, new ExpressedNetwork(closed).TangentProduct);
    }

    [Fact]
    public void TangentProduct_OfAGuidedExpression_IsThatOfTheExpression()
    {
        using var parameters = SeededDraws.Parameters(Options(2), 3);
        var closed = Options(2).CreateNetwork(parameters);
        Assert.Equal(TangentProduct.JacobianTimesDirection, new GuidedNetwork(closed, 1).TangentProduct);
        Assert.Equal(TangentProduct.DirectionTimesJacobian, new GuidedNetwork(new ExpressedNetwork(closed), 1).TangentProduct);
    }

    [Theory]
    [InlineData("backpropagation")]
    [InlineData("direct")]
    public void Record_WithAnExpressionThatReadsNoState_HasNoTraceAndAGradient(string adjoint)
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 3, Hidden = [4] }, TestFlows.Unit(3));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Steps(3, new ExactTrace()) with { Adjoint = AdjointCatalog.Find(adjoint)! }, network =>
            new ExpressedNetwork(network) { Instead = (time, values, p) => (time * p[0].sum()).expand(values.shape) });
        using var gradient = parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(Rows, 3).clone(), [.. SeededDraws.Rows(Rows)]);
        new NegativeLogLikelihood([]).Evaluate(flow, batch, TestFlows.Draw(Rows), Rows, gradient);
        using var result = flow.ToBase(TestFlows.Normal(Rows, 3), TestFlows.Draw(Rows));
        Assert.Equal(0, result.DeltaLogDensity.abs().max().item<double>());
        var shift = result.Values - TestFlows.Normal(Rows, 3); // −½ Σp for every number
        Assert.Equal(parameters[0].sum().Times(-0.5).item<double>(), shift[0, 0].item<double>(), 1e-12);
        Assert.Equal(result.Values.sum().Times(-0.5).Over(Rows).item<double>(), gradient[0].view(-1)[0].item<double>(), 1e-12);
    }

    [Fact]
    public void Forward_AndPullback_LeaveNoTensorsBehind()
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(Options(2), 3);
        using var gradient = parameters.CreateLike();
        var network = new ExpressedNetwork(Options(2).CreateNetwork(parameters));
        void Work()
        {
            using var inner = NewDisposeScope();
            using var workspace = network.CreateWorkspace(new(Rows, ScalarType.Float64, CPU), 1); // of more, a gradient that is none would be counted as left behind
            using var tape = workspace.CreateTape();
            for (int i = 0; i < 3; i++)
            {
                network.Forward(0.1 * i, tape);
                network.Pullback(tape, zeros(Rows, 3, dtype: ScalarType.Float64), zeros(Rows, 2, dtype: ScalarType.Float64));
                network.PullbackParameters(tape, 1, gradient, null);
            }
        }

        Work();
        long before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Work();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Forward_OfManyThreads_IsThatOfOne()
    {
        using var scope = NewDisposeScope();
        var options = Options(0);
        using var parameters = SeededDraws.Parameters(options, 3);
        var network = new ExpressedNetwork(options.CreateNetwork(parameters));
        double[] Work()
        {
            set_num_threads(1);
            using var inner = NewDisposeScope();
            using var gradient = parameters.CreateLike();
            for (int i = 0; i < 10; i++)
            {
                _ = new NetworkRun(network, Rows, 2, gradient);
            }

            return gradient.Flat.data<double>().ToArray();
        }

        double[] expected = Work();
        double[][] found = new double[4][];
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(i => new Thread(() => found[i] = Work()))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(found, numbers => Assert.Equal(expected, numbers));
    }

    [Fact]
    public void Forward_OfAnExpressionOfAnotherShape_NamesBoth()
    {
        using var scope = NewDisposeScope();
        var options = Options(0);
        using var parameters = SeededDraws.Parameters(options, 3);
        using var ignored = parameters.CreateLike();
        var network = new ExpressedNetwork(options.CreateNetwork(parameters)) { Instead = (_, values, _) => values[.., ..2] };
        string message = Assert.Throws<InvalidOperationException>(() => new NetworkRun(network, Rows, 1, ignored)).Message;
        Assert.Contains("[4, 2]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 3]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void PullbackParameters_BeforeAPullback_IsRefused()
    {
        using var scope = NewDisposeScope();
        var options = Options(0);
        using var parameters = SeededDraws.Parameters(options, 3);
        using var gradient = parameters.CreateLike();
        var network = new ExpressedNetwork(options.CreateNetwork(parameters));
        using var workspace = network.CreateWorkspace(new(Rows, ScalarType.Float64, CPU), 0);
        using var tape = workspace.CreateTape();
        using var other = workspace.CreateTape();
        Assert.Contains("call Forward first", Assert.Throws<InvalidOperationException>(() => network.Pullback(tape, zeros(Rows, 3, dtype: ScalarType.Float64))).Message, StringComparison.Ordinal);
        network.Forward(0.5, tape);
        network.Forward(0.5, other);
        Assert.Contains("Pull back to the input first", Assert.Throws<InvalidOperationException>(() => network.PullbackParameters(tape, 1, gradient, null)).Message, StringComparison.Ordinal);
        network.Pullback(other, zeros(Rows, 3, dtype: ScalarType.Float64));
        Assert.Contains("not of this tape", Assert.Throws<InvalidOperationException>(() => network.PullbackParameters(tape, 1, gradient, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_ThatDoNotFit_AreNamed()
    {
        using var scope = NewDisposeScope();
        var options = Options(0);
        using var parameters = SeededDraws.Parameters(options, 3);
        var network = new ExpressedNetwork(options.CreateNetwork(parameters));
        using var workspace = network.CreateWorkspace(new(Rows, ScalarType.Float64, CPU), 0);
        using var tape = workspace.CreateTape();
        void Says(string text, Action action) => Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
        Says("Float32", () => network.CreateWorkspace(new(Rows, ScalarType.Float32, CPU), 0));
        Says("3 times for 4 rows", () => network.Forward(new EvaluationTime(zeros(3, dtype: ScalarType.Float64)), tape));
        Says("another network", () => new ExpressedNetwork(network).Forward(0, tape));
        Says("[4, 3]", () => network.Pullback(tape, zeros(Rows, 2, dtype: ScalarType.Float64)));
        Says("2 tensors", () => network.Express(tensor(0.5), new DualExpression(zeros(Rows, 3, dtype: ScalarType.Float64), null), null, [zeros(1), zeros(1)]));
    }

    private static MlpOptions Options(int context) => new() { Dimension = 3, Hidden = [6, 5], ContextDimension = context };

    private static void Close(Tensor expected, Tensor found, string what, double allowed = 1e-11)
    {
        double error = (expected - found).abs().max().item<double>();
        Assert.True(error < allowed, $"{what}: off by {error:G3}.");
    }
}
