using FlowOde.Flows.Matching;
using FlowOde.Flows.Networks;
using FlowOde.Tests.Flows.Composition;
using FlowOde.Tests.Flows.Dynamics;
using FlowOde.Tests.Flows.Networks;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Matching;

/// <summary>MATH F5: guidance is the linear combination it says, in values, tangents and gradients.</summary>
public sealed class GuidedNetworkTests
{
    private const int Rows = 4;
    private static readonly MlpOptions _options = new() { Dimension = 3, Hidden = [6, 5], ContextDimension = 2 };

    [Fact]
    public void Forward_WithWeightZeroOrMinusOne_IsTheNetworkWithOrWithoutContext()
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(_options, 3);
        using var gradient = parameters.CreateLike();
        var network = new MlpNetwork(_options, parameters);
        var plain = new NetworkRun(network, Rows, 2, gradient);
        gradient.Clear();
        var zero = new NetworkRun(new GuidedNetwork(network, 0), Rows, 2, gradient);
        Assert.Equal(0, TestFlows.Difference(plain.Values, zero.Values)); // to the bit
        Assert.Equal(0, TestFlows.Difference(plain.Tangents, zero.Tangents));
        gradient.Clear();
        var without = new NetworkRun(new GuidedNetwork(network, -1), Rows, 2, gradient);
        Tensor[] tensors = [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i])];
        var expected = network.Express(tensor(NetworkRun.Time, ScalarType.Float64), new(plain.Input, plain.Directions), null, tensors);
        Assert.InRange(TestFlows.Difference(expected.Values, without.Values), 0, 1e-13);
        Assert.InRange(TestFlows.Difference(expected.Tangents!, without.Tangents), 0, 1e-13);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.7)]
    public void ForwardAndPullback_WithAWeight_AgreeWithAutograd(double weight)
    {
        using var scope = NewDisposeScope();
        using var parameters = SeededDraws.Parameters(_options, 3);
        using var gradient = parameters.CreateLike();
        var guided = new GuidedNetwork(new MlpNetwork(_options, parameters), weight);
        var run = new NetworkRun(guided, Rows, 2, gradient);
        Tensor[] leaves = [.. Enumerable.Range(0, parameters.Layout.Segments.Count).Select(i => parameters[i].clone().requires_grad_())];
        var (input, context) = (run.Input.clone().requires_grad_(), run.Context!.clone().requires_grad_());
        var expression = guided.Express(tensor(NetworkRun.Time, ScalarType.Float64), new(input, run.Directions), context, leaves);
        Assert.InRange(TestFlows.Difference(expression.Values, run.Values), 0, 1e-12);
        Assert.InRange(TestFlows.Difference(expression.Tangents!, run.Tangents), 0, 1e-12);
        var objective = (expression.Values * run.ValueCotangent).sum().Plus((expression.Tangents! * run.TangentCotangent).sum());
        var gradients = OracleDerivatives.Gradients(objective, [input, context, .. leaves]);
        Assert.InRange(TestFlows.Difference(gradients[0], run.InputCotangent), 0, 1e-12);
        Assert.InRange(TestFlows.Difference(gradients[1], run.ContextCotangent!), 0, 1e-12);
        for (int i = 0; i < leaves.Length; i++)
        {
            Assert.InRange(TestFlows.Difference(gradients[2 + i].Times(NetworkRun.Weight), gradient[i]), 0, 1e-11);
        }
    }

    [Fact]
    public void Constructor_WithoutContext_SaysWhatIsMissing()
    {
        var options = new MlpOptions { Dimension = 2, Hidden = [3] };
        using var parameters = SeededDraws.Parameters(options, 1);
        Assert.Contains("context", Assert.Throws<ArgumentException>(() => new GuidedNetwork(new MlpNetwork(options, parameters), 1)).Message, StringComparison.Ordinal);
    }
}
