using System.Globalization;
using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using FlowOde.Samplers.Sampling;
using FlowOde.Solvers.Vectors;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Samplers.Sampling;

public sealed class FlowPathTests
{
    private const int Rows = 3;
    private static readonly FlowOptions _scales = new()
    {
        Dimension = 16,
        Image = new(1, 4, 4),
        Scales = 2,
        Blocks = 2,
        Hidden = [3],
        Layer = "concat",
        Activation = "softplus",
    };

    private static readonly FlowOptions _chain = new() { Dimension = 2, Blocks = 3, Hidden = [4] };

    public static TheoryData<string> Models => [nameof(_scales), nameof(_chain)];

    /// <summary>Behind k flows the rows are those of the model whose flows nearer the data all stand still.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Of_AtTheEndOfEachFlow_ShowsTheRestStandingStill(string name)
    {
        using var scope = NewDisposeScope();
        var model = Model(name);
        using var parameters = Parameters(model);
        var latent = Normal(Rows, model.Options.Dimension);
        using var flow = model.Bind(parameters, Exact(1e-8));
        var points = FlowPath.Of(flow, latent, null, model.BlockCount + 1);
        Assert.Equal(Enumerable.Range(0, model.BlockCount + 1).Select(block => (double)block), points.Select(point => point.Time));
        for (int moved = 0; moved <= model.BlockCount; moved++)
        {
            using var still = Parameters(model);
            foreach (var segment in model.Layout.Segments.Where(segment => Block(segment.Name) < model.BlockCount - moved))
            {
                still[segment.Name].zero_();
            }

            using var partial = model.Bind(still, Exact(1e-8));
            Assert.InRange(Difference(partial.Generate(latent).Values, points[moved].Rows), 0, 1e-6);
        }

        Assert.All(points.Skip(1), (point, i) => Assert.True(Difference(point.Rows, points[i].Rows) > 1e-2, "A flow that moves nothing shows nothing."));
    }

    /// <summary>Half way through one flow the rows are those of the same flow with its clock stopped there.</summary>
    [Fact]
    public void Of_WithinAFlow_IsWhereItsClockStops()
    {
        using var scope = NewDisposeScope();
        var model = new FlowModel(_chain with { Blocks = 1, BaseTime = 2, DataTime = 0.5 }, new Standardize([3, -1], [2, 0.5]));
        using var parameters = Parameters(model);
        var latent = Normal(Rows, 2);
        using var flow = model.Bind(parameters, Exact(1e-8));
        var points = FlowPath.Of(flow, latent, null, 4);
        Assert.Equal([2, 1.5, 1, 0.5], points.Select(point => point.Time));
        using var stopped = model.StoppedAt(1).Bind(parameters, Exact(1e-8));
        Assert.InRange(Difference(stopped.Generate(latent).Values, points[2].Rows), 0, 1e-6);
    }

    [Fact]
    public void Of_WithTimesOfAllFlows_SpreadsThemOverTheClocks()
    {
        using var scope = NewDisposeScope();
        var model = Model(nameof(_chain));
        using var parameters = Parameters(model);
        using var flow = model.Bind(parameters, Exact(1e-6));
        Assert.Equal([0, 0.75, 1.5, 2.25, 3], FlowPath.Of(flow, Normal(Rows, 2), null, 5).Select(point => point.Time));
        Assert.Equal([0.0, 3], FlowPath.Of(flow, Normal(Rows, 2), null, 2).Select(point => point.Time));
    }

    [Fact]
    public void Of_WithoutAContinuousPart_IsRefused()
    {
        using var scope = NewDisposeScope();
        var latent = Normal(Rows, 2);
        Assert.Contains("no continuous part", Assert.Throws<ArgumentException>(() => FlowPath.Of(new Standardize([0, 0], [1, 1]), latent, null, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => FlowPath.Of(new Standardize([0, 0], [1, 1]), latent, null, 1));
    }

    private static FlowModel Model(string name) =>
        name == nameof(_scales) ? new(_scales, new Standardize(new double[16], [.. Enumerable.Repeat(2.0, 16)])) : new(_chain, new Standardize([3, -1], [2, 0.5]));

    private static int Block(string segment) => int.Parse(segment.AsSpan("block".Length, 1), CultureInfo.InvariantCulture);

    private static FlatVector Parameters(FlowModel model)
    {
        var parameters = model.CreateParameters(new(5), ScalarType.Float64, CPU);
        parameters.Flat.Scale(1.5);
        return parameters;
    }
}
