using FlowOde.Flows.Composition;
using FlowOde.Flows.Networks;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

/// <summary>Models whose continuous flows are convolutional networks.</summary>
public sealed class ConvFlowTests
{
    private const int Rows = 4;

    [Fact]
    public void ToBaseAndToData_OfImages_AreInverseAndTrackTheDensity()
    {
        using var scope = NewDisposeScope();
        using var parameters = Images().CreateParameters(Source, ScalarType.Float64, CPU);
        using var flow = Images().Bind(parameters, Exact(1e-9));
        var data = Normal(Rows, 12);
        using var there = flow.ToBase(data, Draw(Rows));
        using var back = flow.ToData(there.Values, Draw(Rows));
        Assert.InRange(Difference(data, back.Values), 0, 1e-7);
        Assert.InRange(Difference(there.DeltaLogDensity, -back.DeltaLogDensity), 0, 1e-7);
        Assert.True(there.DeltaLogDensity.abs().min().item<double>() > 1e-3, "The flow must not keep volumes, or this shows nothing.");
    }

    [Fact]
    public void Evaluate_OfANegativeLogLikelihood_HasTheGradientOfCentralDifferences()
    {
        using var scope = NewDisposeScope();
        using var parameters = Images().CreateParameters(Source, ScalarType.Float64, CPU);
        using var flow = Images().Bind(parameters, Steps(4, new HutchinsonTrace(1)));
        using var gradient = parameters.CreateLike();
        using var start = parameters.Clone();
        using var ignored = parameters.CreateLike();
        using var batch = new TrainingBatch(Normal(Rows, 12).clone(), [.. Enumerable.Range(0, Rows).Select(i => (long)i)]);
        var objective = new NegativeLogLikelihood([]);
        objective.Evaluate(flow, batch, Draw(Rows), Rows, gradient);
        var direction = sin(Arange(parameters.Layout.Length, dtype: ScalarType.Float64).Times(1.7));
        const double H = 1e-5;
        double Along(double h)
        {
            parameters.Flat.copy_(start.Flat.Plus(direction.Times(h)));
            return objective.Evaluate(flow, batch, Draw(Rows), Rows, ignored).Loss;
        }

        Assert.Equal((Along(H) - Along(-H)) / (2 * H), gradient.Flat.dot(direction).item<double>(), 1e-7);
    }

    [Fact]
    public void Layout_OfAModelOfImages_HasKernelsForWeights()
    {
        Assert.Equal([5L, 3 * 9], Images().Layout.Segments[0].Shape);
        Assert.Equal([5L, 12], new FlowModel(new FlowOptions { Dimension = 12, Hidden = [5] }, Unit(12)).Layout.Segments[0].Shape);
    }

    [Fact]
    public void Constructor_WithAnImageOfAnotherLength_NamesBoth()
    {
        string message = Assert.Throws<ArgumentException>(() => new FlowModel(new FlowOptions { Dimension = 12, Image = new(1, 3, 3) }, Unit(12))).Message;
        Assert.Contains("[1, 3, 3] has 9", message, StringComparison.Ordinal);
        Assert.Contains("12 columns", message, StringComparison.Ordinal);
        Assert.Contains("odd", Assert.Throws<ArgumentOutOfRangeException>(() => new FlowOptions { Dimension = 12, KernelSize = 2 }).Message, StringComparison.Ordinal);
    }

    private static FlowModel Images() =>
        new(new FlowOptions { Dimension = 12, Image = new ImageShape(3, 2, 2), Hidden = [5], Blocks = 2, Activation = "softplus", Layer = "concat" }, Unit(12));
}
