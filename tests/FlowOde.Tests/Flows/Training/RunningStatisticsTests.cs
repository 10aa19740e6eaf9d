using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Flows.Training.Schedules;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Training;

/// <summary>Running statistics follow accepted steps, and only these.</summary>
public sealed class RunningStatisticsTests
{
    private const int Rows = 32;
    private static readonly FlowModel _model = new(new FlowOptions { Dimension = 2, Blocks = 2, Hidden = [6], HasBatchNorm = true }, Unit(2));

    /// <summary>The second step has no finite loss, and the third a failed solve.</summary>
    [Fact]
    public void Run_OfAcceptedAndSkippedSteps_CommitsTheAcceptedOnes()
    {
        using var scope = NewDisposeScope();
        using var state = NewState(4);
        using var start = _model.Bind(state.Parameters.Clone(), Steps(4, new HutchinsonTrace()), statistics: state.Statistics.Clone());
        using var first = start.RecordToBase(Normal(Rows, 2), Draw(Rows));
        var means = new List<double[]>();
        Run(state, new BrokenAt(1), step => step == 2 ? double.NaN : 1, means);
        Assert.Equal(first.Moments[0].Mean.Select(mean => 0.1 * mean), means[0], (a, b) => Math.Abs(a - b) < 1e-14);
        Assert.Equal(means[0], means[1]);
        Assert.Equal(means[0], means[2]);
        Assert.NotEqual(means[2], means[3]);
        Assert.Equal(2, state.Failures);
        Assert.Equal(means[3], state.BestStatistics.AsSpan<double>(0)[..2].ToArray());
        state.Recover();
        Assert.Equal([0.0, 0], state.Statistics.AsSpan<double>(0)[..2].ToArray()); // the last good state is the start
    }

    [Fact]
    public void Run_InShards_MovesTheStatisticsAsInOne()
    {
        using var scope = NewDisposeScope();
        using var one = NewState(3);
        using var three = NewState(3);
        Run(one, new NegativeLogLikelihood([]), _ => 1, []);
        using var sharded = new ShardedObjective(new NegativeLogLikelihood([]), 3, three.Parameters);
        Run(three, sharded, _ => 1, []);
        Assert.InRange(Difference(one.Statistics.Flat, three.Statistics.Flat), 0, 1e-12);
    }

    [Fact]
    public void Vectors_OfAModelWithoutNorms_AreThoseOfOldFiles()
    {
        using var with = NewState(1);
        using var without = new TrainingState(new FlatVector(_model.Layout, ScalarType.Float64), new AdamOptions(), IterationPlan.Fixed(1));
        Assert.Equal(9, without.Vectors.Count);
        Assert.Equal(["statistics", "best.statistics", "good.statistics"], with.Vectors.Skip(9).Select(entry => entry.Name));
        Assert.All(with.Vectors.Skip(9), entry => Assert.Equal(_model.StatisticsLayout, entry.Vector.Layout));
    }

    private static TrainingState NewState(long iterations) => new(
        _model.CreateParameters(Source, ScalarType.Float64, CPU), new AdamOptions(), IterationPlan.Fixed(iterations), _model.CreateStatistics(ScalarType.Float64, CPU));

    private static void Run(TrainingState state, IObjective objective, Func<long, double> factor, List<double[]> means)
    {
        using var flow = _model.Bind(state.Parameters, Steps(4, new HutchinsonTrace()), statistics: state.Statistics);
        var options = new TrainerOptions { Schedule = new ConstantRate { BaseRate = 1e-3 }, ValidateEvery = 100 };
        var trainer = new Trainer(options, flow, objective, Source, step => new(Normal(Rows, 2, step: step).Times(factor(step)).MoveToOuterDisposeScope(), Draw(Rows).Rows), () => new(0, 0));
        trainer.Run(state, new Silent(), s => means.Add(s.Statistics.AsSpan<double>(0).ToArray()), CancellationToken.None);
    }

    private sealed class Silent : IProgress<TrainingRecord>
    {
        public void Report(TrainingRecord value)
        {
        }
    }

    /// <summary>The likelihood, which is no number at one step.</summary>
    private sealed class BrokenAt(long step) : IObjective
    {
        public ObjectiveResult Evaluate(IFlow flow, TrainingBatch batch, FlowDraw draw, long globalRows, FlatVector intoGradient)
        {
            var result = new NegativeLogLikelihood([]).Evaluate(flow, batch, draw, globalRows, intoGradient);
            return draw.Step == step ? result with { Loss = double.NaN } : result;
        }
    }
}
