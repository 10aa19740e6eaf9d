using FlowOde.Flows.Bijections;
using FlowOde.Flows.Networks;
using static FlowOde.Tests.Flows.Composition.TestFlows;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Bijections;

public sealed class SqueezeTests
{
    [Fact]
    public void ToBase_OfAnImage_PutsEachPixelIntoChannelFourCPlusTwoDyPlusDx()
    {
        using var scope = NewDisposeScope();
        var image = new ImageShape(2, 4, 6);
        var map = new Squeeze(image);
        Assert.Equal(new ImageShape(8, 2, 3), map.To);
        var data = Normal(3, 48);
        using var there = map.ToBase(data, Draw(3));
        var (from, to) = (data.view(3, 2, 4, 6), there.Values.view(3, 8, 2, 3));
        for (int c = 0; c < 2; c++)
        {
            for (int y = 0; y < 4; y++)
            {
                for (int x = 0; x < 6; x++)
                {
                    Assert.Equal(from[1, c, y, x].item<double>(), to[1, (4 * c) + (2 * (y % 2)) + (x % 2), y / 2, x / 2].item<double>());
                }
            }
        }

        Assert.Equal(0, there.DeltaLogDensity.abs().max().item<double>());
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(4, 7)]
    public void Constructor_OfAnOddImage_NamesIt(long height, long width)
    {
        string message = Assert.Throws<ArgumentException>(() => new Squeeze(new(1, height, width))).Message;
        Assert.Contains($"[1, {height}, {width}]", message, StringComparison.Ordinal);
    }
}
