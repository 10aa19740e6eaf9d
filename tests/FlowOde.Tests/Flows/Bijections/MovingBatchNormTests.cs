using FlowOde.Flows.Bijections;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Bijections;

public sealed class MovingBatchNormTests
{
    [Fact]
    public void Commit_OfAProposal_MovesATenthOfTheWayToTheBatch()
    {
        using var scope = NewDisposeScope();
        var (norm, statistics) = Fresh(3, 4);
        var data = Normal(7, 12).Times(2).Plus(5);
        using var record = norm.RecordToBase(data, Draw(7));
        double[] before = statistics.AsSpan<double>().ToArray();
        Assert.Equal([0.0, 1.0], new[] { before[0], before[16] });
        norm.Commit(record.Moments);
        var channels = data.view(7, 3, 4).transpose(0, 1).reshape(3, -1);
        Assert.InRange(Difference(statistics[0], channels.mean([1L]).Times(0.1)), 0, 1e-14);
        Assert.InRange(Difference(statistics[1], channels.var(1).Times(0.1).Plus(0.9)), 0, 1e-13);
    }

    /// <summary>Constant statistics that are those of the data make columns of mean 0 and variance 1, up to ε.</summary>
    [Fact]
    public void ToBase_AfterManyCommitsOfOneBatch_Standardizes()
    {
        using var scope = NewDisposeScope();
        var (norm, _) = Fresh(5, 1);
        var data = Normal(200, 5).Times(3).Minus(1);
        for (int i = 0; i < 300; i++)
        {
            using var record = norm.RecordToBase(data, Draw(200));
            norm.Commit(record.Moments);
        }

        using var there = norm.ToBase(data, Draw(200));
        Assert.InRange(there.Values.mean([0L]).abs().max().item<double>(), 0, 1e-10);
        Assert.InRange(there.Values.var(0).Minus(1).abs().max().item<double>(), 0, 1e-4);
    }

    [Fact]
    public void With_OfTwoShards_IsTheMomentsOfTheirRowsTogether()
    {
        using var scope = NewDisposeScope();
        var (norm, _) = Fresh(3, 4);
        var data = Normal(11, 12).Plus(3);
        BatchMoments Of(Tensor rows)
        {
            using var record = norm.RecordToBase(rows, Draw(rows.shape[0]));
            return record.Moments.Single();
        }

        var (whole, joined) = (Of(data), Of(data[..4]).With(Of(data[4..])));
        Assert.Equal(44, whole.Count);
        Assert.Equal(whole.Count, joined.Count);
        Assert.Equal(whole.Mean, joined.Mean, (a, b) => Math.Abs(a - b) < 1e-13);
        Assert.Equal(whole.SquaredDeviations, joined.SquaredDeviations, (a, b) => Math.Abs(a - b) < 1e-11);
        Assert.Throws<ArgumentException>(() => whole.With(new(1, [0], [0])));
    }

    [Fact]
    public void Commit_OfASingleNumber_LeavesTheVariance()
    {
        using var scope = NewDisposeScope();
        var (norm, statistics) = Fresh(2, 1);
        using var record = norm.RecordToBase(tensor([4.0, -2.0]).view(1, 2), Draw(1));
        norm.Commit(record.Moments);
        Assert.Equal([0.4, -0.2], statistics.AsSpan<double>(0).ToArray(), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([1.0, 1.0], statistics.AsSpan<double>(1).ToArray());
    }

    [Fact]
    public void Commit_OfForeignProposals_IsRefused()
    {
        var (norm, _) = Fresh(2, 1);
        Assert.Throws<ArgumentException>(() => norm.Commit([]));
        Assert.Throws<ArgumentException>(() => norm.Commit([new(5, [1, 2, 3], [1, 1, 1])]));
        Assert.Throws<ArgumentException>(() => new MovingBatchNorm(3, 1, norm.Parameters, norm.Parameters));
    }

    private static (MovingBatchNorm Norm, FlatVector Statistics) Fresh(long channels, long pixels)
    {
        var statistics = new FlatVector(MovingBatchNorm.StatisticsLayout(channels), ScalarType.Float64);
        MovingBatchNorm.Initialize(statistics);
        return (new(channels, pixels, new FlatVector(MovingBatchNorm.ParameterLayout(channels), ScalarType.Float64), statistics), statistics);
    }
}
