using FlowOde.Flows.Composition;
using FlowOde.Flows.Objectives;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Flows.Training;
using FlowOde.Solvers.Adjoints;
using FlowOde.Solvers.Measurement;
using FlowOde.Solvers.Steppers;
using FlowOde.Tests.Flows.Networks;
using FlowOde.Tests.Solvers.Measurement;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

/// <summary>The memory of training steps of a multiscale flow; alone, as it is that of the whole process.</summary>
[Collection(nameof(AloneGroup))]
public sealed class MultiscaleMemoryTests
{
    private const double Megabyte = 1 << 20;

    [Fact]
    public void Backsolve_WithTenTimesTheSteps_NeedsTheSameMemory()
    {
        // In turns: a heap laid out by chance, and what tests before have left in it, saves or takes some MB; a growth shows each time.
        var peaks = Enumerable.Range(0, 2).Select(_ => (Few: Peak(10), Many: Peak(100))).ToArray();
        double few = peaks.Max(peak => peak.Few), many = peaks.Min(peak => peak.Many);
        Assert.True(few > 30, $"{few:F1} MB are too little to see a growth.");
        Assert.True(many <= 1.05 * few, $"{few:F1} MB with 10 steps, {many:F1} MB with 100");
    }

    /// <summary>The most resident memory above what the process had before, in MB.</summary>
    private static double Peak(int steps) => GradientMeter.Measure(new TrainingStep(steps), TimeSpan.Zero).Resident.Above / Megabyte;

    /// <summary>A gradient of the likelihood. How much garbage lies about is the collector's choice, up to tens of MB, so it is collected on the way.</summary>
    private sealed class TrainingStep(int steps) : IMeasuredGradient
    {
        private const int CollectEvery = 20;
        private static readonly FlowModel _model = new(
            new FlowOptions { Dimension = 64, Image = new(1, 8, 8), Scales = 2, Blocks = 1, Hidden = [48], Layer = "concat", Activation = "softplus", LastLayerScale = 0.1 }, Unit(64));

        private int _evaluations;

        public void WarmUp() => Gradient(4, 2);

        public GradientCost Compute() => Gradient(steps, 256);

        private GradientCost Gradient(int solveSteps, int rows)
        {
            using var scope = NewDisposeScope();
            using var parameters = _model.CreateParameters(Source, ScalarType.Float32, CPU);
            using var gradient = parameters.CreateLike();
            var settings = Steps(solveSteps, new HutchinsonTrace()) with { Adjoint = new BacksolveAdjoint(), Stepper = StepperCatalog.Find("euler")! };
            using var flow = _model.Bind(parameters, settings, network => new WatchedNetwork(network) { Evaluated = Collect });
            using var batch = new TrainingBatch(Normal(rows, 64, ScalarType.Float32).clone(), Draw(rows).Rows);
            var result = new NegativeLogLikelihood([]).Evaluate(flow, batch, Draw(rows), rows, gradient);
            return new(result.Forward, result.Backward, result.Drift);
        }

        private void Collect()
        {
            if (++_evaluations % CollectEvery == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
    }
}
