using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Objectives;

public sealed class DequantizedObjectiveTests
{
    [Fact]
    public void Evaluate_OfIntegers_IsTheObjectiveOfTheStepsNoise()
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 4, Levels = 17, LogitAlpha = 0.05, Hidden = [6] });
        using var parameters = model.CreateParameters(Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, Steps(4, new HutchinsonTrace()));
        using var gradient = parameters.CreateLike();
        using var expected = parameters.CreateLike();
        using var batch = new TrainingBatch(Normal(9, 4).sigmoid().Times(17).floor(), Draw(9).Rows);
        var dequantization = new Dequantization(17);
        var likelihood = new NegativeLogLikelihood([]);
        var objective = new DequantizedObjective(likelihood, dequantization);
        var result = objective.Evaluate(flow, batch, Draw(9, 5), 9, gradient);
        using var noisy = batch with { Values = dequantization.Spread(batch.Values, batch.Rows, Source.Stream(RandomPurpose.Dequantization, 5)) };
        Assert.Equal(likelihood.Evaluate(flow, noisy, Draw(9, 5), 9, expected).Loss, result.Loss);
        Assert.Equal(expected.AsSpan<double>().ToArray(), gradient.AsSpan<double>().ToArray());
        using var shards = new ShardedObjective(objective, 3, parameters);
        gradient.Clear();
        Assert.Equal(result.Loss, shards.Evaluate(flow, batch, Draw(9, 5), 9, gradient).Loss, 1e-12);
        Assert.NotEqual(result.Loss, objective.Evaluate(flow, batch, Draw(9, 6), 9, gradient).Loss);
    }
}
