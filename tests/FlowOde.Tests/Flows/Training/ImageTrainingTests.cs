using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.Randomness;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Flows.Training.Schedules;
using FlowOde.Samplers.Scoring;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Training;

/// <summary>All parts together, in float32: integers, noise, logit, scales, norms, shards, and bits per dimension by the exact trace in chunks.</summary>
public sealed class ImageTrainingTests
{
    private const int Rows = 64;
    private const int Levels = 4;

    /// <summary>Images of one level each, so that far fewer bits than log2 L are needed for a number.</summary>
    [Fact]
    public void Run_OfAMultiscaleFlow_LearnsImagesBelowTheirRawBits()
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions
        {
            Dimension = 16,
            Image = new(1, 4, 4),
            Scales = 2,
            Hidden = [8],
            Layer = "concat",
            Activation = "softplus",
            Levels = Levels,
            LogitAlpha = 0.05,
            HasBatchNorm = true,
        });
        using var state = new TrainingState(
            model.CreateParameters(Source, ScalarType.Float32, CPU), new AdamOptions(), IterationPlan.Fixed(120), model.CreateStatistics(ScalarType.Float32, CPU));
        var images = Arange(Rows, dtype: ScalarType.Float32).Modulo(Levels).view(-1, 1).expand(Rows, 16).contiguous();
        double before = Bits();
        using var flow = model.Bind(state.Parameters, Exact(1e-3) with { Trace = new HutchinsonTrace() }, statistics: state.Statistics);
        using var objective = new ShardedObjective(new DequantizedObjective(new NegativeLogLikelihood([]), model.Dequantization!), 2, state.Parameters);
        var options = new TrainerOptions { Schedule = new ConstantRate { BaseRate = 0.02 }, ValidateEvery = 1000, AverageDecay = 0.9 };
        var trainer = new Trainer(options, flow, objective, Source, _ => new(images.clone().MoveToOuterDisposeScope(), Draw(Rows).Rows), () => new(0, 0));
        trainer.Run(state, new Silent(), _ => { }, CancellationToken.None);
        double after = Bits();
        Assert.Equal(0, state.Failures);
        Assert.True(before > 2 && after < 1.5, $"{before:F3} bits per dimension before, {after:F3} after, of {Math.Log2(Levels)} raw");

        double Bits()
        {
            using var scored = model.Bind(state.Average, Exact(1e-4) with { Trace = new ExactTrace { ChunkBytes = 200_000 } }, statistics: state.Statistics);
            var scorer = new BitsPerDimScorer(scored, model.Dequantization!, new() { DType = ScalarType.Float32, Estimates = 2 }, exactTrace: true);
            return scorer.Score(images.to(ScalarType.Float64).data<double>().ToArray(), new RandomSource(9), [default]).Mean.Mean;
        }
    }

    private sealed class Silent : IProgress<TrainingRecord>
    {
        public void Report(TrainingRecord value)
        {
        }
    }
}
