using FlowOde.Flows.Composition;
using FlowOde.Flows.Matching;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Training;
using FlowOde.Flows.Training.Schedules;
using FlowOde.Samplers.Scoring;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Matching;

/// <summary>The objective of flow matching: its gradient, its minimum, and what it refuses.</summary>
public sealed class FlowMatchingTests
{
    private static readonly UniformTimes _times = new();

    public static TheoryData<string> Paths => [.. ProbabilityPaths.All.Select(path => path.Name)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Evaluate_AlongADirection_HasTheSlopeOfItsGradient(string path)
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 3, Hidden = [8], ContextDimension = 2, BaseTime = 2, DataTime = 0.5 }, TestFlows.Unit(3));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-3));
        using var gradient = parameters.CreateLike();
        using var batch = Batch(6, 3) with { Context = eye(2, dtype: ScalarType.Float64).repeat(3, 1) };
        var objective = new FlowMatching(ProbabilityPaths.Named(path), new LogitNormalTimes(), 0.3);
        var draw = TestFlows.Draw(6, 4);
        var result = objective.Evaluate(flow, batch, draw, 6, gradient);
        Assert.Equal(result.SumScore / 6, result.Loss, 1e-12);
        using var unused = parameters.CreateLike();
        var direction = randn_like(parameters.Flat);
        double Loss(double by)
        {
            parameters.Flat.add_(direction * by);
            double loss = objective.Evaluate(flow, batch, draw, 6, unused).Loss;
            parameters.Flat.sub_(direction * by);
            return loss;
        }

        const double step = 1e-5;
        double slope = (Loss(step) - Loss(-step)) / (2 * step), expected = gradient.Flat.dot(direction).item<double>();
        Assert.InRange(Math.Abs(slope - expected) / (1 + Math.Abs(expected)), 0, 1e-6);
    }

    /// <summary>MATH F1: with the oracle's affine velocity of normal data the mean loss is the irreducible one, s·π/2 a dimension for straight lines, whichever way the clock runs.</summary>
    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(1.5, -0.5)]
    public void Evaluate_AtTheOracle_HasTheIrreducibleLoss(double baseTime, double dataTime)
    {
        const double mean = 0.7, deviation = 0.4;
        const int rows = 40_000;
        using var scope = NewDisposeScope();
        using var network = new OracleNetwork(mean, deviation, baseTime, dataTime);
        using var flow = OracleNetwork.Flow(network, baseTime, dataTime);
        using var gradient = flow.Parameters.CreateLike();
        using var batch = new TrainingBatch((TestFlows.Normal(rows, 2) * deviation) + mean, [.. Enumerable.Range(0, rows).Select(i => (long)i)]);
        var result = new FlowMatching(new CondOtPath(), _times).Evaluate(flow, batch, TestFlows.Draw(rows, 1), rows, gradient);
        Assert.InRange((result.Score - (deviation * Math.PI / 2)) / result.StandardError, -4.5, 4.5);
        Assert.InRange(result.StandardError, 0, 0.01);
    }

    [Fact]
    public void Evaluate_InShards_IsThatOfTheWhole()
    {
        using var scope = NewDisposeScope();
        var model = Model();
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-3));
        using var whole = parameters.CreateLike();
        using var parts = parameters.CreateLike();
        using var batch = Batch(10, 3);
        var matching = new FlowMatching(new StochasticInterpolantPath(0.5), _times);
        using var sharded = new ShardedObjective(matching, 3, parameters);
        foreach (var coupling in Couplings.All)
        {
            whole.Clear();
            parts.Clear();
            var one = new CoupledObjective(matching, coupling).Evaluate(flow, batch, TestFlows.Draw(10), 10, whole);
            var three = new CoupledObjective(sharded, coupling).Evaluate(flow, batch, TestFlows.Draw(10), 10, parts);
            Assert.Equal(one.Loss, three.Loss, 1e-12);
            Assert.InRange(TestFlows.Difference(whole.Flat, parts.Flat), 0, 1e-12);
        }
    }

    [Fact]
    public void Evaluate_Coupled_DependsOnTheCouplingAndLeavesTheIndependentOneAlone()
    {
        using var scope = NewDisposeScope();
        var model = Model();
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-3));
        using var gradient = parameters.CreateLike();
        using var batch = Batch(32, 3);
        var matching = new FlowMatching(new CondOtPath(), _times);
        double plain = matching.Evaluate(flow, batch, TestFlows.Draw(32), 32, gradient).Loss;
        Assert.Equal(plain, new CoupledObjective(matching, new IndependentCoupling()).Evaluate(flow, batch, TestFlows.Draw(32), 32, gradient).Loss);
        Assert.True(new CoupledObjective(matching, new OptimalTransportCoupling()).Evaluate(flow, batch, TestFlows.Draw(32), 32, gradient).Loss < 0.9 * plain, "The nearest pairs have the shortest ways.");
    }

    [Theory]
    [InlineData(2, 1, false, "Cnf, Cnf")]
    [InlineData(1, 1, true, "MovingBatchNorm")]
    public void Evaluate_OfAFlowOfOtherParts_NamesThem(int blocks, int scales, bool norms, string named)
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [4], Blocks = blocks + (norms ? 1 : 0), Scales = scales, HasBatchNorm = norms }, TestFlows.Unit(2));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var statistics = model.CreateStatistics(ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-3), statistics: statistics);
        using var gradient = parameters.CreateLike();
        using var batch = Batch(2, 2);
        string message = Assert.Throws<ArgumentException>(() => new FlowMatching(new CondOtPath(), _times).Evaluate(flow, batch, TestFlows.Draw(2), 2, gradient)).Message;
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.Contains("likelihood", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OnNormalData_LearnsTheirDensity()
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [32, 32], Activation = "tanh" }, TestFlows.Unit(2));
        using var state = new TrainingState(model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU), new AdamOptions(), IterationPlan.Fixed(400));
        using var flow = model.Bind(state.Parameters, TestFlows.Exact(1e-3));
        Tensor Rows(long step) => (TestFlows.Normal(256, 2, step: 100 + step) * tensor([0.5, 1.5])) + tensor([1.0, -1.0]);
        var options = new TrainerOptions { Schedule = new CosineDecay { BaseRate = 0.01 }, AverageDecay = 0.95 };
        var trainer = new Trainer(options, flow, new FlowMatching(new CondOtPath(), _times), TestFlows.Source, step => new(Rows(step), [.. Enumerable.Range(0, 256).Select(i => (256 * step) + i)]), () => new(1, 0));
        trainer.Run(state, new Progress<TrainingRecord>(), _ => { }, default);
        using var average = model.Bind(state.Average, TestFlows.Exact(1e-6));
        double[] held = Rows(100_000).data<double>().ToArray();
        var mean = MeanScore.Of(new LikelihoodScorer(average, new() { DType = ScalarType.Float64 }, exactTrace: true).Score(held, TestFlows.Source).LogDensity);
        double entropy = Math.Log(2 * Math.PI) + 1 + Math.Log(0.5) + Math.Log(1.5);
        Assert.InRange(-mean.Mean - entropy, -4 * mean.StandardError, 0.05 + (4 * mean.StandardError));
    }

    private static FlowModel Model() => new(new FlowOptions { Dimension = 3, Hidden = [8] }, TestFlows.Unit(3));

    private static TrainingBatch Batch(int rows, int dimension) => new(TestFlows.Normal(rows, dimension), [.. Enumerable.Range(0, rows).Select(i => (long)i)]);
}
