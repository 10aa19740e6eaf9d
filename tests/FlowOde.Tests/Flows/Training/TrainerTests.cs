using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Flows.Training.Schedules;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Training;

public class TrainerTests
{
    private static readonly TrainerOptions _options = new()
    {
        Schedule = new CosineDecay { BaseRate = 5e-3 },
        ValidateEvery = 10,
    };

    [Fact]
    public void Run_OnAShiftedGaussian_LowersTheLossToItsEntropy()
    {
        var (state, records) = Run(_options with { Schedule = new CosineDecay { BaseRate = 3e-2 } }, IterationPlan.Fixed(150));
        Assert.Equal(150, state.Iteration);
        Assert.True(state.IsComplete);
        Assert.Equal(15, records.Count(r => r.Validation is not null));
        double entropy = 1 + Math.Log(2 * Math.PI) + Math.Log(0.5);
        Assert.InRange(state.BestValidation!.Score, entropy - 0.1, entropy + 0.15);
        Assert.True(records[0].Score > entropy + 1);
    }

    [Fact]
    public void Run_StoppedAndContinued_EqualsTheUnbrokenRunBitForBit()
    {
        var (whole, _) = Run(_options, IterationPlan.Fixed(40));
        var (part, _) = Run(_options, IterationPlan.Fixed(40), stopAt: 17);
        Assert.Equal(17, part.Iteration);
        Assert.False(part.IsComplete);
        var (rest, _) = Run(_options, IterationPlan.Fixed(40), from: part);
        foreach (var (a, b) in whole.Vectors.Zip(rest.Vectors))
        {
            Assert.Equal(a.Vector.AsSpan<float>().ToArray(), b.Vector.AsSpan<float>().ToArray());
        }

        Assert.Equal(whole.BestValidation, rest.BestValidation);
    }

    [Fact]
    public void Run_WithFailingBatches_SkipsThemAndGoesOn()
    {
        var (state, records) = Run(_options, IterationPlan.Fixed(30), spoil: i => i % 7 == 3);
        Assert.Equal(4, state.Failures);
        Assert.Equal(1, state.RateFactor);
        Assert.Equal(30, records.Count);
        Assert.All(records.Where(r => (r.Iteration - 1) % 7 == 3), r => Assert.NotNull(r.Skipped));
        Assert.True(LinearCombination.IsFinite(state.Parameters, [new(0, state.Parameters.Layout.Length)]));
    }

    [Fact]
    public void Run_WithFiveFailuresInARow_ReturnsToTheLastGoodStateWithHalfTheRate()
    {
        var (state, records) = Run(_options with { Schedule = new ConstantRate { BaseRate = 1e-3 } }, IterationPlan.Fixed(62), spoil: i => i is >= 55 and < 60);
        Assert.Equal(0.5, state.RateFactor);
        Assert.Equal(5, state.Failures);
        Assert.Equal(50 + 2, state.Optimizer.Steps); // the good state of step 50, then iterations 61 and 62
        Assert.Equal(records[53].LearningRate / 2, records[60].LearningRate, 1e-15);
    }

    [Fact]
    public void Run_ThatAlwaysFails_EndsWithAdvice() =>
        Assert.Contains("--lr", Assert.Throws<TrainingException>(() => Run(_options, IterationPlan.Fixed(500), spoil: _ => true)).Message);

    [Fact]
    public void Run_WithPatience_StopsAfterThatManyWorseValidations()
    {
        int validations = 0;
        var (state, _) = Run(_options with { Patience = 3 }, IterationPlan.Fixed(1000), validate: () => new(validations++ < 2 ? -validations : 0, 0.1));
        Assert.Equal(50, state.Iteration);
        Assert.Equal(20, state.BestIteration);
    }

    /// <summary>A slow first iteration plans 95 of them; where the others are fast, they are over long before the next time to decide.</summary>
    [Fact]
    public void Revise_WhereAPlanIsOverBeforeItsTime_MakesItLonger()
    {
        var slow = IterationPlan.Timed.Revise(1, 0.0158, 0, 1.5, 64);
        Assert.Equal(95, slow.TotalAt(1));
        Assert.Same(slow, slow.Revise(94, 0.062, 0.0158, 1.5, 2000));
        Assert.Equal(95 + (long)((1.5 - 0.063) * 2000), slow.Revise(95, 0.063, 0.0158, 1.5, 2000).TotalAt(95));
        Assert.Same(slow, slow.Revise(95, 1.48, 1.46, 1.5, 2000));
    }

    [Fact]
    public void Run_WithATimeLimit_PlansItsIterationsAndKeepsTheDecisions()
    {
        var (state, _) = Run(_options with { SecondsLimit = 1.5 }, IterationPlan.Timed);
        Assert.InRange(state.Seconds, 0.8, 6);
        Assert.InRange(state.Plan.Decisions.Count, 3, 9);
        Assert.Equal(state.Iteration, state.Plan.TotalAt(state.Iteration));
        var (repeated, _) = Run(_options, state.Plan);
        Assert.Equal(state.Parameters.AsSpan<float>().ToArray(), repeated.Parameters.AsSpan<float>().ToArray());
    }

    private static (TrainingState State, List<TrainingRecord> Records) Run(
        TrainerOptions options, IterationPlan plan, TrainingState? from = null, long stopAt = -1, Func<long, bool>? spoil = null, Func<ValidationResult>? validate = null)
    {
        var model = new FlowModel(new FlowOptions { Dimension = 2, Hidden = [16] }, TestFlows.Unit(2));
        var state = from ?? new TrainingState(model.CreateParameters(TestFlows.Source, ScalarType.Float32, CPU), new AdamOptions(), plan);
        var settings = TestFlows.Exact(1e-4) with { Trace = new HutchinsonTrace(), Limits = new() { MaxSteps = 200 } };
        var (flow, average) = (model.Bind(state.Parameters, settings), model.Bind(state.Average, settings with { Trace = new ExactTrace() }));
        TrainingBatch Batch(long step)
        {
            var values = (TestFlows.Normal(64, 2, ScalarType.Float32, step) * tensor(new[] { 0.5f, 1f })).Plus(1.5f);
            if (spoil?.Invoke(step) == true)
            {
                values.Fill(float.NaN);
            }

            return new(values, [.. Enumerable.Range(0, 64).Select(i => (long)i)]);
        }

        var records = new List<TrainingRecord>();
        using var stop = new CancellationTokenSource();
        ValidationResult Score()
        {
            using var scope = NewDisposeScope();
            using var batch = Batch(1_000_000);
            return new(-TestFlows.LogDensity(average, batch.Values).mean().to(ScalarType.Float64).item<double>(), 0);
        }

        var trainer = new Trainer(options, flow, new NegativeLogLikelihood([]), TestFlows.Source, Batch, validate ?? Score);
        trainer.Run(state, new Collector(records), s =>
        {
            if (s.Iteration == stopAt)
            {
                stop.Cancel();
            }
        }, stop.Token);
        return (state, records);
    }

    private sealed class Collector(List<TrainingRecord> records) : IProgress<TrainingRecord>
    {
        public void Report(TrainingRecord value) => records.Add(value);
    }
}
