using FlowOde.Flows.Composition;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Layers.Activations;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Tests.Flows.Composition;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>The numbers of a row that do not change in time: in networks, fields and flows.</summary>
public sealed class NetworkContextTests
{
    private const int Rows = 4;

    public static TheoryData<string, bool> LayersOfBothKinds()
    {
        var data = new TheoryData<string, bool>();
        foreach (var layer in KnownLayers.All)
        {
            data.Add(layer.Name, true);
            if (!layer.NeedsImages)
            {
                data.Add(layer.Name, false);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LayersOfBothKinds))]
    public void ForwardAndPullback_WithContext_AgreeWithAutograd(string layer, bool ofImages)
    {
        using var scope = NewDisposeScope();
        var options = Options(layer, ofImages);
        using var parameters = SeededDraws.Parameters(options, 3);
        using var gradient = parameters.CreateLike();
        var network = options.CreateNetwork(parameters);
        var run = new NetworkRun(network, Rows, 2, gradient);
        Tensor[] leaves = [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i].clone().requires_grad_())];
        var (input, context) = (run.Input.clone().requires_grad_(), run.Context!.clone().requires_grad_());
        var expression = network.Express(tensor(NetworkRun.Time, ScalarType.Float64), new(input, run.Directions), context, leaves);
        Close(expression.Values, run.Values, "values");
        Close(expression.Tangents!, run.Tangents, "tangents");
        var objective = (expression.Values * run.ValueCotangent).sum().Plus((expression.Tangents! * run.TangentCotangent).sum());
        var gradients = OracleDerivatives.Gradients(objective, [input, context, .. leaves]);
        Close(gradients[0], run.InputCotangent, "input");
        Close(gradients[1], run.ContextCotangent!, "context");
        for (int i = 0; i < leaves.Length; i++)
        {
            Close(gradients[2 + i].Times(NetworkRun.Weight), gradient[i], parameters.Layout.Segments[i].Name);
        }

        Assert.True(run.ContextCotangent!.abs().max().item<double>() > 1e-3, "The context must matter, or this shows nothing.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forward_WithTheContextOfAClass_IsTheNetworkWithThatClassesBias(bool ofImages)
    {
        using var scope = NewDisposeScope();
        var (with, without) = (Options("ignore", ofImages), Options("ignore", ofImages) with { ContextDimension = 0 });
        using var parameters = SeededDraws.Parameters(with, 3);
        using var plain = SeededDraws.Parameters(without, 3);
        for (int i = 0; i < plain.Layout.Segments.Count; i++)
        {
            plain[i].copy_(parameters[i]);
        }

        int bias = plain.Layout.Segments.ToList().FindIndex(segment => segment.Name == "bias.0");
        plain[bias].Accumulate(parameters[parameters.Layout.Segments.Count - 1].select(1, 2));
        var network = with.CreateNetwork(parameters);
        using var workspace = network.CreateWorkspace(new(Rows, ScalarType.Float64, CPU), 2);
        using var tape = workspace.CreateTape();
        using var ignored = plain.CreateLike();
        var expected = new NetworkRun(without.CreateNetwork(plain), Rows, 2, ignored);
        tape.Input.Values.copy_(expected.Input);
        tape.Input.Tangents.copy_(expected.Directions);
        tape.Context!.copy_(eye(3, dtype: ScalarType.Float64)[2]);
        network.Forward(NetworkRun.Time, tape);
        Close(expected.Values, tape.Output.Values, "values");
        Close(expected.Tangents, tape.Output.Tangents, "tangents");
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("checkpointed")]
    [InlineData("symplectic")]
    [InlineData("backpropagation")]
    public void Evaluate_OfALikelihoodWithContext_HasTheGradientOfCentralDifferences(string adjoint)
    {
        using var scope = NewDisposeScope();
        var model = Model();
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Steps(4, new HutchinsonTrace(1)) with { Adjoint = AdjointCatalog.Find(adjoint)! });
        using var gradient = parameters.CreateLike();
        using var start = parameters.Clone();
        using var ignored = parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(Rows, 2).clone(), [0, 1, 2, 3]) { Context = eye(3, dtype: ScalarType.Float64)[TensorIndex.Tensor(tensor(new long[] { 0, 1, 2, 1 }))] };
        var objective = new NegativeLogLikelihood([]);
        objective.Evaluate(flow, batch, TestFlows.Draw(Rows), Rows, gradient);
        var direction = sin(Arange(parameters.Layout.Length, dtype: ScalarType.Float64).Times(1.7));
        const double H = 1e-5;
        double Along(double h)
        {
            parameters.Flat.copy_(start.Flat.Plus(direction.Times(h)));
            return objective.Evaluate(flow, batch, TestFlows.Draw(Rows), Rows, ignored).Loss;
        }

        Assert.Equal((Along(H) - Along(-H)) / (2 * H), gradient.Flat.dot(direction).item<double>(), 1e-7);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void GenerateAndToBase_WithContext_AreInverseForThatContextOnly(int scales)
    {
        using var scope = NewDisposeScope();
        var model = scales == 1 ? Model() : new(new FlowOptions { Dimension = 8, Image = new(2, 2, 2), Scales = scales, Hidden = [5], ContextDimension = 3 }, TestFlows.Unit(8));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-9));
        var data = TestFlows.Normal(Rows, model.Options.Dimension);
        var (one, other) = (Class(1), Class(2));
        using var there = flow.ToBase(data, TestFlows.Draw(Rows) with { Context = one });
        using var back = flow.Generate(there.Values, one).Values;
        using var elsewhere = flow.Generate(there.Values, other).Values;
        Assert.InRange(TestFlows.Difference(data, back), 0, 1e-7);
        Assert.True(TestFlows.Difference(data, elsewhere) > 1e-3, "Another context must lead elsewhere.");
        using var none = flow.Generate(there.Values).Values;
        using var zero = flow.Generate(there.Values, zeros(Rows, 3, dtype: ScalarType.Float64)).Values;
        Assert.Equal(0, TestFlows.Difference(none, zero));
    }

    [Fact]
    public void ToBase_WithAContextOfAnotherWidth_NamesBoth()
    {
        using var scope = NewDisposeScope();
        using var parameters = Model().CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = Model().Bind(parameters, TestFlows.Exact(1e-6));
        string message = Assert.Throws<ArgumentException>(() => flow.ToBase(TestFlows.Normal(Rows, 2), TestFlows.Draw(Rows) with { Context = zeros(Rows, 5, dtype: ScalarType.Float64) })).Message;
        Assert.Contains("[4, 5]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 3]", message, StringComparison.Ordinal);
    }

    private static FlowModel Model() => new(new FlowOptions { Dimension = 2, Hidden = [7, 5], Blocks = 2, ContextDimension = 3 }, TestFlows.Unit(2));

    private static Tensor Class(int label) => eye(3, dtype: ScalarType.Float64)[label].unsqueeze(0).expand(Rows, 3).clone();

    private static NetworkOptions Options(string layer, bool ofImages)
    {
        NetworkOptions shape = ofImages ? new ConvOptions { Image = new(2, 4, 3) } : new MlpOptions { Dimension = 3 };
        return shape with { Hidden = [6, 5], LayerType = KnownLayers.Named(layer), Activation = new LearnedSwishActivation(), ContextDimension = 3 };
    }

    private static void Close(Tensor expected, Tensor found, string what)
    {
        double error = (expected - found).abs().max().item<double>();
        Assert.True(error < 1e-11, $"{what}: off by {error:G3}.");
    }
}
