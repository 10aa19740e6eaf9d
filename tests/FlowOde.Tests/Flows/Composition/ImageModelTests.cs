using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Flows.Randomness;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

/// <summary>Models of images of integers, and models with norms.</summary>
public sealed class ImageModelTests
{
    /// <summary>D = 1: the probabilities of all levels, Σ_x ∫ p(x + u) du, add up to 1.</summary>
    [Fact]
    public void Density_OverAllLevels_IntegratesToOne()
    {
        using var scope = NewDisposeScope();
        const int levels = 4, cells = 1000;
        var model = new FlowModel(new FlowOptions { Dimension = 1, Levels = levels, LogitAlpha = 0, Hidden = [8] });
        using var parameters = model.CreateParameters(Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, Exact(1e-8));
        var rows = Arange(levels * cells, dtype: ScalarType.Float64).Plus(0.5).Over(cells).view(-1, 1);
        Assert.Equal(1, LogDensity(flow, rows).exp().sum().item<double>() / cells, 1e-6);
    }

    [Theory]
    [InlineData(null, -1.0)]
    [InlineData(0.05, 0.0)]
    public void Constructor_WithLevelsAlone_ScalesThemToItsFirstMap(double? alpha, double lowest)
    {
        var model = new FlowModel(new FlowOptions { Dimension = 3, Levels = 17, LogitAlpha = alpha });
        Assert.Equal(17, model.Dequantization!.Levels);
        Assert.Equal(lowest, -model.Standardize.Mean[0] / model.Standardize.Scale[0]);
        Assert.Equal(1, (17 - model.Standardize.Mean[2]) / model.Standardize.Scale[2]);
        using var parameters = model.CreateParameters(Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, Exact(1e-4));
        Assert.Equal(alpha is null ? 2 : 3, flow.Parts.Count);
        Assert.Null(new FlowModel(new FlowOptions { Dimension = 3 }, Unit(3)).Dequantization);
    }

    [Fact]
    public void Constructor_WithoutLevelsOrStandardisation_SaysWhatIsMissing()
    {
        Assert.Contains("Levels", Assert.Throws<ArgumentException>(() => new FlowModel(new FlowOptions { Dimension = 3 })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowOptions { Dimension = 3, Levels = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowOptions { Dimension = 3, LogitAlpha = 0.5 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowOptions { Dimension = 3, Scales = 0 });
    }

    /// <summary>The numbers of the FFJORD authors' architectures.</summary>
    [Theory]
    [InlineData(1, 28, 3, 10)]
    [InlineData(3, 32, 4, 14)]
    [InlineData(1, 8, 2, 6)]
    [InlineData(1, 7, 1, 2)]
    public void Ffjord_OfAnImage_HasThePublishedScalesAndBlocks(long channels, long size, int scales, int blocks)
    {
        var options = ImagePresets.Ffjord(new(channels, size, size));
        var model = new FlowModel(options);
        Assert.Equal((scales, blocks), (options.Scales, model.BlockCount));
        Assert.Equal([64L, channels * 9], model.Layout.Segments[0].Shape);
        long last = channels << (scales - 1);
        Assert.Equal([last, 64 * 9], model.Layout.Segments.Last(segment => segment.Name.Contains(".weight.", StringComparison.Ordinal)).Shape);
    }

    [Fact]
    public void Bind_OfAModelWithNorms_StandsThemBetweenTheFlowsAndNeedsTheirStatistics()
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 3, Blocks = 3, Hidden = [4], HasBatchNorm = true }, Unit(3));
        using var parameters = model.CreateParameters(Source, ScalarType.Float64, CPU);
        using var statistics = model.CreateStatistics(ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, Exact(1e-6), statistics: statistics);
        Assert.Equal([typeof(Standardize), typeof(Cnf), typeof(MovingBatchNorm), typeof(Cnf), typeof(MovingBatchNorm), typeof(Cnf)], flow.Parts.Select(part => part.GetType()));
        Assert.Equal(2, flow.MomentCount);
        Assert.Equal(["norm1.mean", "norm1.variance", "norm2.mean", "norm2.variance"], model.StatisticsLayout.Segments.Select(segment => segment.Name));
        Assert.Contains("norm1.mean", Assert.Throws<ArgumentException>(() => model.Bind(parameters, Exact(1e-6))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new FlowModel(new FlowOptions { Dimension = 3, Hidden = [4] }, Unit(3)).Bind(
            new FlowModel(new FlowOptions { Dimension = 3, Hidden = [4] }, Unit(3)).CreateParameters(Source, ScalarType.Float64, CPU), Exact(1e-6), statistics: statistics));
        using var single = model.CreateStatistics(ScalarType.Float32, CPU);
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => model.Bind(parameters, Exact(1e-6), statistics: single)).Message, StringComparison.Ordinal);
        using var record = flow.RecordToBase(Normal(8, 3), Draw(8));
        Assert.Throws<ArgumentException>(() => flow.Commit([record.Moments[0]]));
        flow.Commit(record.Moments);
        Assert.Equal(0.1 * record.Moments[1].Mean[2], statistics["norm2.mean"][2].item<double>(), 1e-15);
    }

    [Fact]
    public void Generate_ThenFloor_GivesIntegersOfTheRange()
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(new FlowOptions { Dimension = 16, Image = new(1, 4, 4), Scales = 2, Levels = 17, LogitAlpha = 0.05, Hidden = [4] });
        using var parameters = model.CreateParameters(Source, ScalarType.Float32, CPU);
        using var flow = model.Bind(parameters, Exact(1e-4));
        using var rows = flow.Generate(Normal(50, 16, ScalarType.Float32).Times(3)).Values;
        var integers = model.Dequantization!.Floor(rows);
        Assert.Equal(0, Difference(integers, integers.round()));
        Assert.InRange(integers.min().item<float>(), 0, 3);
        Assert.InRange(integers.max().item<float>(), 13, 16);
        var noisy = model.Dequantization.Spread(integers, Draw(50).Rows, Source.Stream(RandomPurpose.Dequantization, 0));
        Assert.True(LogDensity(flow, noisy).isfinite().all().item<bool>());
    }
}
