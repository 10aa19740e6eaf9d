using FlowOde.Flows.Bijections;
using FlowOde.Flows.Randomness;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Bijections;

public sealed class DequantizationTests
{
    private static readonly RandomStream _stream = Source.Stream(RandomPurpose.Dequantization, 3);

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Floor_AfterSpread_ReturnsTheIntegers(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var map = new Dequantization(65536);
        var integers = Full([200, 500], 65535, dtype: dtype); // where float32 has the fewest digits left for noise
        var spread = map.Spread(integers, Draw(200).Rows, _stream);
        Assert.Equal(dtype, spread.dtype);
        Assert.Equal(0, Difference(integers, map.Floor(spread)));
        Assert.InRange((spread - integers).to(ScalarType.Float64).mean().item<double>(), 0.49, 0.51);
        Assert.True(spread.max().to(ScalarType.Float64).item<double>() < 65536);
    }

    [Fact]
    public void Spread_OfARow_DependsOnItsNumberAndStepAlone()
    {
        using var scope = NewDisposeScope();
        var map = new Dequantization(4);
        var integers = Normal(3, 6).sigmoid().Times(4).floor();
        var batch = map.Spread(integers, [4, 7, 9], _stream);
        var alone = map.Spread(integers[1..2], [7], _stream);
        var later = map.Spread(integers[1..2], [7], Source.Stream(RandomPurpose.Dequantization, 4));
        Assert.Equal(0, Difference(batch[1..2], alone));
        Assert.True(Difference(alone, later) > 0.01);
    }

    [Fact]
    public void UnitAndSymmetric_TakeTheLevelsToTheirIntervals()
    {
        using var scope = NewDisposeScope();
        var map = new Dequantization(256);
        var ends = tensor([0.0, 256.0]).view(1, 2);
        using var unit = map.Unit(2).ToBase(ends, Draw(1));
        using var symmetric = map.Symmetric(2).ToBase(ends, Draw(1));
        Assert.Equal([0.0, 1.0], unit.Values.data<double>().ToArray());
        Assert.Equal([-1.0, 1.0], symmetric.Values.data<double>().ToArray());
        Assert.Equal(2 * Math.Log(256), unit.DeltaLogDensity.item<double>(), 1e-12);
    }

    [Fact]
    public void Floor_OfRowsBeyondTheLevels_TakesTheNearest() =>
        Assert.Equal([0.0, 0, 3, 3], new Dequantization(4).Floor(tensor([-0.7, 0.99, 3.2, 4.6]).view(1, 4)).data<double>().ToArray());

    [Theory]
    [InlineData(4.0)]
    [InlineData(-1.0)]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    public void Spread_OfWhatIsNoLevel_NamesRowAndNumber(double number)
    {
        using var scope = NewDisposeScope();
        string message = Assert.Throws<ArgumentException>(() => new Dequantization(4).Spread(tensor([0, number]).view(2, 1), [11, 12], _stream)).Message;
        Assert.Contains("row 12", message, StringComparison.Ordinal);
        Assert.Contains("0 to 3", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dequantization(1));
    }
}
