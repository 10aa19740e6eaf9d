using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers;
using FlowOde.Solvers.StepSizeControllers;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Objectives;

public class ShardedObjectiveTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(50)]
    public void Evaluate_InShards_IsTheWholeBatchToRoundOff(int shards)
    {
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [16] }, TestFlows.Unit(2));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        var flow = model.Bind(parameters, TestFlows.Steps(8, new HutchinsonTrace()));
        var whole = new NegativeLogLikelihood([]);
        using var sharded = new ShardedObjective(whole, shards, parameters);
        using FlatVector one = parameters.CreateLike(), many = parameters.CreateLike(), again = parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(41, 2), [.. Enumerable.Range(100, 41).Select(i => (long)i)]);
        var draw = TestFlows.Draw(41) with { Rows = batch.Rows };
        var expected = whole.Evaluate(flow, batch, draw, 41, one);
        var actual = sharded.Evaluate(flow, batch, draw, 41, many);
        sharded.Evaluate(flow, batch, draw, 41, again);
        Assert.Equal(expected.Loss, actual.Loss, 1e-13);
        Assert.Equal(expected.StandardError, actual.StandardError, 1e-12);
        Assert.InRange(TestFlows.Difference(one.Flat, many.Flat), 0, 1e-13);
        Assert.Equal(many.AsSpan<double>().ToArray(), again.AsSpan<double>().ToArray());
    }

    [Fact]
    public void Evaluate_WithPriorProfiles_StartsEachShardAndPartFromItsOwn()
    {
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [16], Blocks = 2 }, TestFlows.Unit(2));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        var flow = model.Bind(parameters, TestFlows.Exact(1e-5));
        using var sharded = new ShardedObjective(new NegativeLogLikelihood([]), 2, parameters);
        using var gradient = parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(40, 2), [.. Enumerable.Range(0, 40).Select(i => (long)i)]);
        var draw = TestFlows.Draw(40);
        var cold = sharded.Evaluate(flow, batch, draw, 40, gradient);
        Assert.Equal(4, cold.Profiles.Count);
        StepProfile[] prior = [.. Enumerable.Range(0, 4).Select(i => new StepProfile([0, 1], [Math.Pow(0.3 + i, 5)]))]; // 1, 2, 3 and 4 steps
        var warm = sharded.Evaluate(flow, batch, draw with { Prior = prior }, 40, gradient);
        Assert.Equal([1, 2, 3, 4], warm.Profiles.Select(profile => profile.Errors.Count));
        Assert.Equal(cold.Loss, warm.Loss, 1e-3);
        var other = sharded.Evaluate(flow, batch, draw with { Prior = prior[..3] }, 40, gradient); // left by other shards: of no use
        Assert.Equal(cold.Loss, other.Loss);
    }

    [Fact]
    public void Evaluate_WhenAShardFails_ThrowsOnTheCallersThread()
    {
        var model = new FlowModel(new FlowOptions { Dimension = 1, Hidden = [4] }, TestFlows.Unit(1));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        var flow = model.Bind(parameters, TestFlows.Exact(1e-6));
        using var sharded = new ShardedObjective(new NegativeLogLikelihood([]), 2, parameters);
        using var gradient = parameters.CreateLike();
        var values = zeros(10, 1, dtype: ScalarType.Float64);
        values[9].Fill(double.NaN);
        using var batch = new TrainingBatch(values, [.. Enumerable.Range(0, 10).Select(i => (long)i)]);
        Assert.Throws<OdeSolveException>(() => sharded.Evaluate(flow, batch, TestFlows.Draw(10), 10, gradient));
    }
}
