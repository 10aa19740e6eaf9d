using FlowOde.Flows.Composition;
using FlowOde.Flows.Training;
using FlowOde.Flows.Training.Schedules;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Training;

/// <summary>What the trainer does with a gradient that is known in closed form, step by step.</summary>
public class TrainerStepTests
{
    private static readonly TrainerOptions _options = new() { Schedule = new ConstantRate { BaseRate = 0.01 }, ValidateEvery = 1000 };

    [Fact]
    public void Run_AfterFiveFailures_ContinuesFromTheLastGoodStepAsIfNothingHadCome()
    {
        using var failing = NewState(65);
        Run(_options, failing, fails: i => i is >= 55 and < 60);
        using var spared = NewState(50);
        Run(_options, spared);
        (spared.Iteration, spared.Plan, spared.IsComplete, spared.RateFactor) = (60, IterationPlan.Fixed(65), false, 0.5);
        Run(_options, spared);

        Assert.Equal((55, 5), (failing.Optimizer.Steps, failing.Failures));
        Assert.Equal(spared.Optimizer.Steps, failing.Optimizer.Steps);
        foreach (var (a, b) in new[] { (spared.Parameters, failing.Parameters), (spared.Optimizer.Moments[0].Vector, failing.Optimizer.Moments[0].Vector), (spared.Optimizer.Moments[1].Vector, failing.Optimizer.Moments[1].Vector), (spared.Average, failing.Average) })
        {
            Assert.Equal(a.AsSpan<double>().ToArray(), b.AsSpan<double>().ToArray());
        }
    }

    /// <summary>The first step of Adam is θ − rate·s·g/(s|g| + ε) with s = min(1, clip/‖g‖); ε is large here, so that s is seen.</summary>
    [Theory]
    [InlineData(1e-3)]
    [InlineData(0.5)]
    [InlineData(1e9)]
    [InlineData(double.PositiveInfinity)]
    public void Run_OneStep_ScalesTheGradientDownToTheClippingNorm(double clip)
    {
        const double epsilon = 1e-3, rate = 0.01;
        var options = _options with { ClipNorm = clip };
        using var state = NewState(1, new AdamOptions { Epsilon = epsilon });
        double[] start = state.Parameters.AsSpan<double>().ToArray();
        double[] gradient = [.. Entries(state.Parameters).Select(i => start[i] - Centre(0))];
        double norm = Math.Sqrt(gradient.Sum(g => g * g)), factor = Math.Min(1, clip / norm);
        Assert.InRange(norm, 1, 1000);
        var record = Assert.Single(Run(options, state));
        Assert.Equal(norm, record.GradientNorm, norm * 1e-13);
        int at = 0;
        foreach (int i in Entries(state.Parameters))
        {
            double scaled = factor * gradient[at++];
            Assert.Equal(0.1 * scaled, ((Adam)state.Optimizer).FirstMoment.AsSpan<double>()[i], 1e-14);
            Assert.Equal(start[i] - (rate * scaled / (Math.Abs(scaled) + epsilon)), state.Parameters.AsSpan<double>()[i], 1e-14);
        }
    }

    [Fact]
    public void Run_WithCosineAndWarmUp_ReportsTheirClosedForm()
    {
        const int total = 40, warmUp = 10;
        const double rate = 0.02, last = 0.01;
        using var state = NewState(total);
        var records = Run(_options with { Schedule = LearningRateSchedules.Named("cosine", rate, warmUp) }, state);
        Assert.Equal(total, records.Count);
        for (int i = 0; i < total; i++)
        {
            double cosine = last + ((1 - last) * 0.5 * (1 + Math.Cos(Math.PI * i / total)));
            Assert.Equal(rate * cosine * Math.Min(1, (i + 1.0) / warmUp), records[i].LearningRate, 1e-16);
        }
    }

    /// <summary>The average is θ̄ ← dθ̄ + (1 − d)θ with d = min(decay, (1 + n)/(10 + n)); validation sees it, and the best one is kept.</summary>
    [Fact]
    public void Run_WithValidations_ScoresTheAverageAndKeepsTheBest()
    {
        using var state = NewState(40);
        double[] expected = state.Parameters.AsSpan<double>().ToArray(), scores = [3, 1, 2, 1.5];
        var seen = new List<double[]>();
        ValidationResult Validate()
        {
            seen.Add(state.Average.AsSpan<double>().ToArray());
            return new(scores[seen.Count - 1], 0.1);
        }

        var averages = new List<double[]>();
        Run(_options with { ValidateEvery = 10, AverageDecay = 0.8 }, state, validate: Validate, after: s =>
        {
            double decay = Math.Min(0.8, (1.0 + s.Iteration) / (10 + s.Iteration));
            expected = [.. expected.Zip(s.Parameters.AsSpan<double>().ToArray(), (a, p) => (decay * a) + ((1 - decay) * p))];
            averages.Add(expected);
        });

        Assert.Equal(4, seen.Count);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(averages[(10 * i) + 9], seen[i], (a, b) => Math.Abs(a - b) < 1e-13);
        }

        Assert.Equal((20L, 1.0), (state.BestIteration, state.BestValidation!.Score));
        Assert.Equal(seen[1], state.Best.AsSpan<double>().ToArray());
        Assert.NotEqual(state.Parameters.AsSpan<double>().ToArray(), seen[3]);
    }

    private static double Centre(long step) => 2 + Math.Sin(step);

    private static TrainingState NewState(long iterations, AdamOptions? adam = null) =>
        new(Model().CreateParameters(TestFlows.Source, ScalarType.Float64, CPU), adam ?? new AdamOptions(), IterationPlan.Fixed(iterations));

    private static FlowModel Model() => new(new FlowOptions { Dimension = 1, Hidden = [5] }, TestFlows.Unit(1));

    private static IEnumerable<int> Entries(FlatVector vector) =>
        vector.Layout.Segments.SelectMany(segment => Enumerable.Range((int)segment.Offset, (int)segment.Length));

    private static List<TrainingRecord> Run(TrainerOptions options, TrainingState state, Func<long, bool>? fails = null, Func<ValidationResult>? validate = null, Action<TrainingState>? after = null)
    {
        var records = new List<TrainingRecord>();
        using var flow = Model().Bind(state.Parameters, TestFlows.Exact(1e-4));
        var trainer = new Trainer(
            options,
            flow,
            new ScriptedObjective(fails ?? (_ => false)),
            TestFlows.Source,
            step => new(Full([1, 1], Centre(step), dtype: ScalarType.Float64), [0]),
            validate ?? (() => new(0, 0)));
        trainer.Run(state, new Collector(records), after ?? (_ => { }), CancellationToken.None);
        return records;
    }

    private sealed class Collector(List<TrainingRecord> records) : IProgress<TrainingRecord>
    {
        public void Report(TrainingRecord value) => records.Add(value);
    }
}
