using FlowOde.Flows.Composition;
using FlowOde.Flows.TraceEstimators;
using FlowOde.Samplers.Sampling;
using FlowOde.Samplers.Scoring;
using FlowOde.Tests.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Samplers.Scoring;

public class LikelihoodScorerTests
{
    private static readonly FlowModel _model = new(new FlowOptions { Dimension = 3, Hidden = [16] }, TestFlows.Unit(3));
    private static readonly FlowOde.Solvers.Vectors.FlatVector _parameters = _model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);

    [Fact]
    public void Score_WithAnyNumberOfThreads_GivesTheSameBits()
    {
        double[] rows = TestFlows.Normal(100, 3).data<double>().ToArray();
        var flow = _model.Bind(_parameters, TestFlows.Exact(1e-6));
        double[] one = new LikelihoodScorer(flow, new ScorerOptions { Chunk = 30 }, true).Score(rows, TestFlows.Source).LogDensity;
        double[] three = new LikelihoodScorer(flow, new ScorerOptions { Chunk = 30, Threads = 3 }, true).Score(rows, TestFlows.Source).LogDensity;
        Assert.Equal(one, three);
        using var whole = TestFlows.LogDensity(flow, TestFlows.Normal(100, 3));
        Assert.Equal(whole[77].item<double>(), one[77], 1e-5);
    }

    [Fact]
    public void Score_WithProbes_CoversTheExactValueByItsErrorBars()
    {
        double[] rows = TestFlows.Normal(200, 3).data<double>().ToArray();
        double[] exact = new LikelihoodScorer(_model.Bind(_parameters, TestFlows.Exact(1e-6)), new(), true).Score(rows, TestFlows.Source).LogDensity;
        var flow = _model.Bind(_parameters, TestFlows.Exact(1e-6) with { Trace = new HutchinsonTrace() });
        var scores = new LikelihoodScorer(flow, new ScorerOptions { Estimates = 40 }, false).Score(rows, TestFlows.Source);
        double[] standardized = [.. exact.Select((e, i) => (scores.LogDensity[i] - e) / scores.StandardError[i])];
        Assert.InRange(standardized.Average(), -0.3, 0.3);
        Assert.InRange(standardized.Average(s => s * s), 0.75, 1.35);
        Assert.All(new LikelihoodScorer(flow, new(), false).Score(rows, TestFlows.Source).StandardError, e => Assert.True(double.IsNaN(e)));
    }

    /// <summary>Rows that take more steps than allowed end the scoring, or are marked; the others have the scores that they have alone.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(7)]
    public void Score_OfRowsThatCannotBeSolvedFor_MarksThemWhereAsked(int chunk)
    {
        var (model, parameters) = TestFlows.Linear(new double[,] { { 0, 30 }, { -30, 0 } }, 0, 1);
        using var owned = parameters;
        double[] rows = [.. TestFlows.Normal(40, 2).data<double>().ToArray().Select((value, i) => i / 2 is 5 or 22 ? value : 1e-9 * value)];
        var settings = TestFlows.Exact(1e-6) with { IsPerRow = true };
        using var free = model.Bind(parameters, settings);
        using var all = free.ToBase(tensor(rows).view(40, 2), TestFlows.Draw(40));
        var tried = all.Statistics.Rows!.Accepted.Zip(all.Statistics.Rows.Rejected, (a, b) => a + b).ToArray();
        int limit = tried.Where((_, row) => row is not (5 or 22)).Max();
        Assert.True(tried[5] > limit && tried[22] > limit, $"the large rows are not the hard ones: {string.Join(", ", tried)}");
        using var flow = model.Bind(parameters, settings with { Limits = new() { MaxSteps = limit } });
        var options = new ScorerOptions { Chunk = chunk };
        Assert.Contains("Row", Assert.Throws<FlowOde.Solvers.OdeSolveException>(() => new LikelihoodScorer(flow, options, true).Score(rows, TestFlows.Source)).Message, StringComparison.Ordinal);
        var scores = new LikelihoodScorer(flow, options with { MarksUnsolved = true }, true).Score(rows, TestFlows.Source);
        double[] expected = new LikelihoodScorer(free, options, true).Score(rows, TestFlows.Source).LogDensity;
        Assert.Equal([5, 22], Enumerable.Range(0, 40).Where(row => double.IsNaN(scores.LogDensity[row])));
        Assert.All(Enumerable.Range(0, 40).Where(row => row is not (5 or 22)), row => Assert.Equal(expected[row], scores.LogDensity[row], 1e-11));
    }

    [Fact]
    public void Score_OfHalfARow_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new LikelihoodScorer(_model.Bind(_parameters, TestFlows.Exact(1e-6)), new(), true).Score(new double[4], TestFlows.Source));

    [Fact]
    public void Sample_InPiecesOrAtOnce_GivesTheSameRows()
    {
        var sampler = new FlowSampler(_model.Bind(_parameters, TestFlows.Exact(1e-8)), new ScorerOptions { Chunk = 16, Threads = 2 });
        double[] whole = sampler.Sample(TestFlows.Source, 0, 50).Values;
        double[] tail = sampler.Sample(TestFlows.Source, 30, 20).Values;
        for (int i = 0; i < tail.Length; i++)
        {
            Assert.Equal(whole[90 + i], tail[i], 1e-6);
        }

        double[] cold = sampler.Sample(TestFlows.Source, 0, 50, temperature: 1e-6).Values;
        Assert.True(cold.Skip(3).Zip(cold, (a, b) => Math.Abs(a - b)).Max() < 1e-4);
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Sample(TestFlows.Source, 0, 1, temperature: 0));
    }

    [Fact]
    public void Sample_ThenScore_HasTheEntropyOfTheModel()
    {
        var flow = _model.Bind(_parameters, TestFlows.Exact(1e-6));
        var options = new ScorerOptions { Threads = 2 };
        double[] rows = new FlowSampler(flow, options).Sample(TestFlows.Source, 0, 2000).Values;
        double[] latentScores = [.. new LikelihoodScorer(flow, options, true).Score(rows, TestFlows.Source).LogDensity];
        Assert.All(latentScores, score => Assert.True(double.IsFinite(score)));

        // The mean of log p over samples is minus the entropy: 3/2 log(2πe) less the mean log-determinant of the map.
        using var data = tensor(rows).view(-1, 3);
        using var there = flow.ToBase(data, TestFlows.Draw(2000));
        double expected = -1.5 * (1 + Math.Log(2 * Math.PI)) - there.DeltaLogDensity.mean().item<double>();
        Assert.Equal(expected, latentScores.Average(), 0.1);
    }
}
