using FlowOde.Samplers.Drawing;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class StabilityFigureTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public void Draw_OfAnyNumberOfPanels_NamesEachAndIsTheSameTwice(int count)
    {
        var figure = new StabilityFigure { Title = "regions", Panels = [.. Enumerable.Range(0, count).Select(i => Panel($"scheme {i}", i == 1 ? 2 : 0))] };
        string svg = Pictures.Svg(figure);
        Assert.All(Enumerable.Range(0, count), i => Assert.Contains($"scheme {i}", svg, StringComparison.Ordinal));
        Assert.Equal(Pictures.Png(figure), Pictures.Png(figure));
    }

    [Fact]
    public void Panels_WithoutAny_AreRefused() => Assert.Throws<ArgumentException>(() => new StabilityFigure { Panels = [] });

    private static StabilityPanel Panel(string heading, double reach)
    {
        DataLimits x = new(-4, 1), y = new(-3, 3);
        double[] growth = [.. DensityField.CellCentres(y, 30).SelectMany(im => DensityField.CellCentres(x, 20).Select(re => Math.Sqrt(((1 + re) * (1 + re)) + (im * im))))];
        return new() { Heading = heading, Growth = new(x, y, 20, 30, [.. growth.Select(g => g <= 1 ? g : double.NaN)]), AxisReach = reach };
    }
}
