using FlowOde.Flows.Composition;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Composition;

/// <summary>Whole models whose networks have strides or a bottleneck.</summary>
public sealed class StridedModelTests
{
    [Theory]
    [InlineData("concatcoord", 1)]
    [InlineData("gated", 2)]
    public void ToBase_WithStridesAndABottleneck_IsInvertedAndHasTheTraceWithout(string layer, int scales)
    {
        using var scope = NewDisposeScope();
        var options = new FlowOptions { Dimension = 32, Image = new(2, 4, 4), Hidden = [5, 3, 4], Strides = [1, 2, 1, -2], BottleneckLayer = 2, Layer = layer, Scales = scales };
        var model = new FlowModel(options, TestFlows.Unit(32));
        var plain = new FlowModel(options with { BottleneckLayer = 0 }, TestFlows.Unit(32));
        using var parameters = model.CreateParameters(TestFlows.Source, ScalarType.Float64, CPU);
        using var flow = model.Bind(parameters, TestFlows.Exact(1e-9));
        using var other = plain.Bind(parameters, TestFlows.Exact(1e-9));
        var data = TestFlows.Normal(3, 32);
        using var there = flow.ToBase(data, TestFlows.Draw(3));
        using var expected = other.ToBase(data, TestFlows.Draw(3));
        using var back = flow.Generate(there.Values).Values;
        Assert.InRange(TestFlows.Difference(data, back), 0, 1e-7);
        Assert.InRange(TestFlows.Difference(expected.Values, there.Values), 0, 1e-12);
        Assert.InRange(TestFlows.Difference(expected.DeltaLogDensity, there.DeltaLogDensity), 0, 1e-11);
    }

    [Fact]
    public void FlowModel_WithStridesThatDoNotFit_SaysSoBeforeAnyMemoryIsTaken()
    {
        var options = new FlowOptions { Dimension = 18, Hidden = [4], Strides = [2, -2] };
        string Refusal(FlowOptions refused) => Assert.Throws<ArgumentException>(() => new FlowModel(refused, TestFlows.Unit(18))).Message;
        Assert.Contains("Image", Refusal(options), StringComparison.Ordinal);
        Assert.Contains("3 and 3", Refusal(options with { Image = new(2, 3, 3) }), StringComparison.Ordinal);
        Assert.Contains("no bottleneck", Refusal(options with { Image = new(2, 3, 3), Strides = [], BottleneckLayer = 1 }), StringComparison.Ordinal);
        Assert.Contains("concatcoord", Refusal(options with { Strides = [], Layer = "concatcoord" }), StringComparison.Ordinal);
        Assert.Contains("kind 'mlp'", Refusal(options with { Image = new(2, 3, 3), Network = "mlp" }), StringComparison.Ordinal);
        var levels = options with { Dimension = 32, Image = new(2, 4, 4), Network = "unet", Hidden = [8, 8] };
        Assert.Contains("kind 'unet'", Assert.Throws<ArgumentException>(() => new FlowModel(levels, TestFlows.Unit(32))).Message, StringComparison.Ordinal);
        Assert.Contains("none is a bottleneck", Assert.Throws<ArgumentException>(() => new FlowModel(levels with { Strides = [], BottleneckLayer = 1 }, TestFlows.Unit(32))).Message, StringComparison.Ordinal);
    }
}
