using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Samplers.Scoring;
using FlowOde.Solvers.Fields;
using FlowOde.Solvers.Vectors;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Samplers.Scoring;

public sealed class BitsPerDimScorerTests
{
    /// <summary>Two levels under logit and normal base have a probability of one half each, so one bit; noise makes the bound larger.</summary>
    [Fact]
    public void Score_OfTwoLevels_BoundsTheirOneBitAndWeightedComesToIt()
    {
        var dequantization = new Dequantization(2);
        var flow = new SequentialFlow(new FlatVector(VectorLayout.Empty, ScalarType.Float64), [(dequantization.Unit(1), 0), (new Logit(1, 0), 0)], new WorkspacePool());
        double[] images = [.. Enumerable.Range(0, 50).Select(i => (double)(i % 2))];
        var few = new BitsPerDimScorer(flow, dequantization, new() { Estimates = 3, Chunk = 7, Threads = 2 }, true).Score(images, TestFlows.Source, [default]);
        var many = new BitsPerDimScorer(flow, dequantization, new() { Estimates = 4000 }, true).Score(images, TestFlows.Source, [default]);

        // E −log2 p(x + u) over u, by a fine rule.
        double bound = Enumerable.Range(0, 1_000_000).Average(i => Bits((i + 0.5) / 2_000_000));
        Assert.True(bound > 1.05);
        Assert.All(many.Bits.Zip(many.StandardError), pair => Assert.InRange((pair.First - bound) / pair.Second, -5, 5));
        Assert.Equal(1, many.ImportanceWeightedMean!.Mean, 0.01);
        Assert.InRange((few.Mean.Mean - bound) / few.Mean.StandardError, -4, 4);
        Assert.True(few.ImportanceWeightedMean!.Mean <= few.Mean.Mean);

        static double Bits(double y)
        {
            double v = Math.Log(y / (1 - y)), logDensity = (-0.5 * v * v) - (0.5 * Math.Log(2 * Math.PI)) - Math.Log(y) - Math.Log(1 - y);
            return BitsPerDim.FromNats(Math.Log(2) - logDensity, 1);
        }
    }

    [Fact]
    public void Score_OverContexts_IsThatOfTheMeanDensity()
    {
        var model = new FlowModel(new FlowOptions { Dimension = 4, Levels = 17, Hidden = [8], ContextDimension = 2 });
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-6));
        double[] images = [.. Enumerable.Range(0, 10 * 4).Select(i => (double)(i * i % 17))];
        double[] Context(int label) => [.. Enumerable.Range(0, 20).Select(i => i % 2 == label ? 1.0 : 0)];
        double[] Bits(params ReadOnlyMemory<double>[] contexts) => new BitsPerDimScorer(flow, model.Dequantization!, new() { Estimates = 1, DType = ScalarType.Float64 }, true).Score(images, TestFlows.Source, contexts).Bits;
        double[] first = Bits(Context(0)), second = Bits(Context(1)), both = Bits(Context(0), Context(1));
        for (int i = 0; i < both.Length; i++)
        {
            double density = (Math.Pow(2, -4 * first[i]) + Math.Pow(2, -4 * second[i])) / 2;
            Assert.Equal(-Math.Log2(density) / 4, both[i], 1e-9);
            Assert.NotEqual(first[i], second[i]);
        }
    }

    [Fact]
    public void Score_WithAnEstimatedTrace_HasNoWeightedBitsAndCoversTheExact()
    {
        var model = new FlowModel(new FlowOptions { Dimension = 6, Levels = 17, Hidden = [8] });
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        double[] images = [.. Enumerable.Range(0, 60 * 6).Select(i => (double)(i * i % 17))];
        using var exactFlow = model.Bind(parameters, TestFlows.Exact(1e-5));
        using var estimated = model.Bind(parameters, TestFlows.Exact(1e-5) with { Trace = new HutchinsonTrace(2) });
        var exact = new BitsPerDimScorer(exactFlow, model.Dequantization!, new() { Estimates = 40 }, true).Score(images, TestFlows.Source, [default]);
        var scores = new BitsPerDimScorer(estimated, model.Dequantization!, new() { Estimates = 40 }, false).Score(images, TestFlows.Source, [default]);
        Assert.Null(scores.ImportanceWeighted);
        Assert.InRange(exact.Bits.Zip(scores.Bits, (a, b) => a - b).Average() / (scores.Mean.StandardError + 1e-3), -4, 4);
        Assert.True(scores.StandardError.Average() >= exact.StandardError.Average());
        Assert.Throws<ArgumentException>(() => new BitsPerDimScorer(exactFlow, model.Dequantization!, new(), true).Score(new double[7], TestFlows.Source, [default]));
        Assert.Contains("0 to 16", Assert.Throws<ArgumentException>(() => new BitsPerDimScorer(exactFlow, model.Dequantization!, new(), true).Score(new double[] { 0, 0, 17, 0, 0, 0 }, TestFlows.Source, [default])).Message, StringComparison.Ordinal);
    }
}
