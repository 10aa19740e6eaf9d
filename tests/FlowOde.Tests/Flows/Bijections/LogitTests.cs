using FlowOde.Flows.Bijections;
using FlowOde.Flows.Composition;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Bijections;

public sealed class LogitTests
{
    /// <summary>Without α, a logistic base under a logit is the uniform density, whose bits per dimension are exactly log2 L.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(256)]
    public void ToBase_WithALogisticBase_HasLog2LBitsPerDimension(int levels)
    {
        using var scope = NewDisposeScope();
        const int D = 5;
        var dequantization = new Dequantization(levels);
        var images = Normal(20, D).sigmoid().Times(levels).floor();
        var rows = dequantization.Spread(images, Draw(20).Rows, Source.Stream(FlowOde.Flows.Randomness.RandomPurpose.Dequantization, 0));
        using var unit = dequantization.Unit(D).ToBase(rows, Draw(20));
        using var there = new Logit(D, 0).ToBase(unit.Values, Draw(20));
        var v = there.Values;
        var logBase = (-v - Softplus(-v).Times(2)).sum([1L]);
        var nats = -(logBase - there.DeltaLogDensity - unit.DeltaLogDensity);
        Assert.All(nats.data<double>().ToArray(), value => Assert.Equal(Math.Log2(levels), BitsPerDim.FromNats(value, D), 1e-11));
    }

    /// <summary>In float32 both borders keep their digits: 1 − s is not a difference of nearly equal numbers.</summary>
    [Fact]
    public void ToBase_InSinglePrecisionAtTheBorders_AgreesWithDouble()
    {
        using var scope = NewDisposeScope();
        float[] numbers = [0, 1e-8f, 1e-5f, 0.3f, 0.5f, 0.999f, MathF.BitDecrement(1), 1];
        var map = new Logit(numbers.Length, 1e-6);
        var single = tensor(numbers).view(1, -1);
        using var narrow = map.ToBase(single, Draw(1));
        using var wide = map.ToBase(single.to(ScalarType.Float64), Draw(1));
        Assert.InRange(Difference(wide.Values, narrow.Values), 0, 2e-6);
        Assert.Equal(wide.DeltaLogDensity.item<double>(), narrow.DeltaLogDensity.item<float>(), 1e-4);
        Assert.Equal(narrow.Values[0, 0].item<float>(), -narrow.Values[0, 7].item<float>());
    }

    [Fact]
    public void Generate_FarOutInTheBase_LeavesTheUnitIntervalByAlphaAndIsNotClipped()
    {
        using var scope = NewDisposeScope();
        using var values = new Logit(2, 0.05).Generate(tensor([-40.0, 40.0]).view(1, 2)).Values;
        Assert.Equal(-0.05 / 0.9, values[0, 0].item<double>(), 1e-12);
        Assert.Equal(1 + (0.05 / 0.9), values[0, 1].item<double>(), 1e-12);
    }

    [Theory]
    [InlineData(-0.3, 0.05)]
    [InlineData(1.2, 0.05)]
    [InlineData(0.0, 0.0)]
    [InlineData(double.NaN, 0.05)]
    public void ToBase_OfANumberItCannotTake_SaysWhatWasFound(double number, double alpha)
    {
        using var scope = NewDisposeScope();
        string message = Assert.Throws<ArgumentException>(() => new Logit(2, alpha).ToBase(tensor([0.5, number]).view(1, 2), Draw(1))).Message;
        Assert.Contains("within [0, 1]", message, StringComparison.Ordinal);
        Assert.Contains("number of levels", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Logit(2, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Logit(2, double.NaN));
    }
}
