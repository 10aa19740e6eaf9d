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
            parameters.Flat.Accumulate(direction.Times(by));
            double loss = objective.Evaluate(flow, batch, draw, 6, unused).Loss;
            parameters.Flat.sub_(direction.Times(by));
            return loss;
        }

        const double step = 1e-5;
        double slope = (Loss(step) - Loss(-step)) / (2 * step), expected = gradient.Flat.dot(direction).item<double>();
        Assert.InRange(Math.Abs(slope - expected) / (1 + Math.Abs(expected)), 0, 1e-6);
    }

    /// <summary>With the oracle's affine velocity of normal data the mean loss is the irreducible one, s·π/2 a dimension for straight lines and s·π²/4 for quarter turns, whichever way the clock runs.</summary>
    [Theory]
    [InlineData("cond-ot", Math.PI / 2, 0.0, 1.0)]
    [InlineData("cond-ot", Math.PI / 2, 1.5, -0.5)]
    [InlineData("vp-trigonometric", Math.PI * Math.PI / 4, 0.0, 1.0)]
    [InlineData("vp-trigonometric", Math.PI * Math.PI / 4, 1.0, 0.0)]
    public void Evaluate_AtTheOracle_HasTheIrreducibleLoss(string path, double factor, double baseTime, double dataTime)
    {
        const double mean = 0.7, deviation = 0.4;
        const int rows = 40_000;
        using var scope = NewDisposeScope();
        using var network = new OracleNetwork(mean, deviation, baseTime, dataTime, path);
        using var flow = OracleNetwork.Flow(network, baseTime, dataTime);
        using var gradient = flow.Parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(rows, 2).Times(deviation).Plus(mean), [.. Enumerable.Range(0, rows).Select(i => (long)i)]);
        var result = new FlowMatching(ProbabilityPaths.Named(path), _times).Evaluate(flow, batch, TestFlows.Draw(rows, 1), rows, gradient);
        Assert.InRange((result.Score - (deviation * factor)) / result.StandardError, -4.5, 4.5);
        Assert.InRange(result.StandardError, 0, 0.01);
    }

    /// <summary>The velocity that flow matching learns, as a flow: its log-density is that of the data, on either clock.</summary>
    [Theory]
    [InlineData("cond-ot", 0.0, 1.0)]
    [InlineData("vp-trigonometric", 0.0, 1.0)]
    [InlineData("cond-ot", 1.5, -0.5)]
    [InlineData("optimal", 0.0, 1.0)]
    public void LogDensity_OfTheOracle_IsThatOfTheData(string path, double baseTime, double dataTime)
    {
        const double mean = 0.7, deviation = 0.4;
        using var scope = NewDisposeScope();
        using var network = new OracleNetwork(mean, deviation, baseTime, dataTime, path);
        using var flow = OracleNetwork.Flow(network, baseTime, dataTime, 1e-9);
        var data = TestFlows.Normal(20, 2).Times(2);
        var expected = StandardNormal.LogDensity(data.Minus(mean).Over(deviation)).Minus(2 * Math.Log(deviation));
        Assert.InRange(TestFlows.Difference(expected, TestFlows.LogDensity(flow, data)), 0, 1e-6);
        Assert.InRange(TestFlows.Difference(TestFlows.Normal(20, 2).Times(deviation).Plus(mean), flow.Generate(TestFlows.Normal(20, 2)).Values), 0, 1e-7);
    }

    /// <summary>With optimal pairs of normal noise and data the ways are those of the optimal map, so that its velocity leaves less and less of a loss the more rows are paired.</summary>
    [Fact]
    public void Evaluate_AtTheOptimalMap_LosesLittleWithOptimalPairs()
    {
        const double mean = 0.7, deviation = 0.4;
        const int rows = 400;
        using var scope = NewDisposeScope();
        using var network = new OracleNetwork(mean, deviation, 0, 1, "optimal");
        using var flow = OracleNetwork.Flow(network, 0, 1);
        using var gradient = flow.Parameters.CreateLike();
        using var batch = new TrainingBatch(TestFlows.Normal(rows, 2, step: 5).Times(deviation).Plus(mean), [.. Enumerable.Range(0, rows).Select(i => (long)i)]);
        double Loss(ICoupling coupling) => new CoupledObjective(new FlowMatching(new CondOtPath(), _times), coupling).Evaluate(flow, batch, TestFlows.Draw(rows, 1), rows, gradient).Score;
        Assert.True(Loss(new OptimalTransportCoupling()) < 0.1 * Loss(new IndependentCoupling()), $"{Loss(new OptimalTransportCoupling())} of {Loss(new IndependentCoupling())}");
    }

    /// <summary>Pairs are made within a class: over all rows, the noise of a class would lean to its side and not be normal.</summary>
    [Fact]
    public void Evaluate_CoupledWithClasses_LeavesTheNoiseOfEachClassNormal()
    {
        const int rows = 512;
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [4], ContextDimension = 2 }, TestFlows.Unit(2));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-3));
        using var gradient = parameters.CreateLike();
        var labels = Arange(rows, ScalarType.Int64).Modulo(2);
        var data = TestFlows.Normal(rows, 2).Times(0.3).Plus(labels.to(ScalarType.Float64).unsqueeze(1).Times(6).Minus(3));
        using var batch = new TrainingBatch(data.clone(), [.. Enumerable.Range(0, rows).Select(i => (long)i)]) { Context = nn.functional.one_hot(labels, 2).to(ScalarType.Float64) };
        var seen = new WatchedNoise();
        _ = new CoupledObjective(seen, new OptimalTransportCoupling()).Evaluate(flow, batch, TestFlows.Draw(rows), rows, gradient);
        var noise = seen.Noise!;
        foreach (int label in new[] { 0, 1 })
        {
            var mean = noise.index_select(0, Arange(label, rows, 2, ScalarType.Int64)).mean([0L]);
            Assert.InRange(mean.abs().max().item<double>(), 0, 4.5 / Math.Sqrt(rows / 2.0));
        }
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
        Tensor Rows(long step) => (TestFlows.Normal(256, 2, step: 100 + step) * tensor([0.5, 1.5])).Plus(tensor([1.0, -1.0]));
        var options = new TrainerOptions { Schedule = new CosineDecay { BaseRate = 0.01 }, AverageDecay = 0.95 };
        var trainer = new Trainer(options, flow, new FlowMatching(new CondOtPath(), _times), TestFlows.Source, step => new(Rows(step), [.. Enumerable.Range(0, 256).Select(i => (256 * step) + i)]), () => new(1, 0));
        trainer.Run(state, new Progress<TrainingRecord>(), _ => { }, default);
        using var average = model.Bind(state.Average, TestFlows.Exact(1e-6));
        double[] held = Rows(100_000).data<double>().ToArray();
        var mean = MeanScore.Of(new LikelihoodScorer(average, new() { DType = ScalarType.Float64 }, exactTrace: true).Score(held, TestFlows.Source).LogDensity);
        double entropy = Math.Log(2 * Math.PI) + 1 + Math.Log(0.5) + Math.Log(1.5);
        Assert.InRange(-mean.Mean - entropy, -4 * mean.StandardError, 0.05 + (4 * mean.StandardError));
    }

    /// <summary>Keeps the noise that a coupling made.</summary>
    private sealed class WatchedNoise : IObjective
    {
        public Tensor? Noise { get; private set; }

        public ObjectiveResult Evaluate(FlowOde.Flows.Composition.IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlowOde.Solvers.Vectors.FlatVector intoGradient)
        {
            Noise = batch.Noise!.clone().MoveToOuterDisposeScope();
            return new() { Loss = 0, SumScore = 0, SumSquaredScore = 0, Rows = globalRows, Forward = new(), Backward = new() };
        }
    }

    private static FlowModel Model() => new(new FlowOptions { Dimension = 3, Hidden = [8] }, TestFlows.Unit(3));

    private static TrainingBatch Batch(int rows, int dimension) => new(TestFlows.Normal(rows, dimension), [.. Enumerable.Range(0, rows).Select(i => (long)i)]);
}
