using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class ColourMapTests
{
    public static TheoryData<string> Rising => ["viridis", "magma"];

    [Theory]
    [MemberData(nameof(Rising))]
    public void At_OnAPerceptualMap_RisesInLuminance(string name)
    {
        var map = ColourMap.All.Single(candidate => candidate.Name == name);
        var luminances = Enumerable.Range(0, 65).Select(i => Luminance(map.At(i / 64.0))).ToArray();

        Assert.All(luminances.Zip(luminances.Skip(1)), pair => Assert.True(pair.Second > pair.First, $"{pair.First} then {pair.Second}"));
    }

    [Theory]
    [InlineData("viridis", 0x21, 0x91, 0x8C)]
    [InlineData("magma", 0xB7, 0x37, 0x79)]
    public void At_TheMiddle_IsThePublishedColourBetweenKnots(string name, byte red, byte green, byte blue) =>
        Assert.True(Pictures.IsNear(ColourMap.All.Single(map => map.Name == name).At(128 / 255.0), new SKColor(red, green, blue), 1));

    [Fact]
    public void At_OnTheDivergingMap_IsAsDarkAtEqualDistances()
    {
        for (var distance = 0.0; distance <= 0.5; distance += 0.05)
        {
            var (low, high) = (Luminance(ColourMap.Diverging.At(0.5 - distance)), Luminance(ColourMap.Diverging.At(0.5 + distance)));
            Assert.True(Math.Abs(low - high) < 0.01, $"{low} and {high} at ±{distance}");
        }
    }

    [Fact]
    public void At_BeyondTheEndsOrNaN_IsTheEndOrNothing()
    {
        Assert.Equal(ColourMap.Viridis.At(1), ColourMap.Viridis.At(double.PositiveInfinity));
        Assert.Equal(ColourMap.Viridis.At(0), ColourMap.Viridis.At(-1e300));
        Assert.Equal(0, ColourMap.Viridis.At(double.NaN).Alpha);
    }

    [Fact]
    public void Part_OfAMap_HasItsEnds()
    {
        var part = ColourMap.Viridis.Part(0.2, 0.7);

        Assert.True(Pictures.IsNear(part.At(0), ColourMap.Viridis.At(0.2), 1) && Pictures.IsNear(part.At(1), ColourMap.Viridis.At(0.7), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ColourMap.Viridis.Part(0.7, 0.2));
    }

    private static double Luminance(SKColor colour)
    {
        static double Linear(byte channel) => Math.Pow(channel / 255.0, 2.2);
        return (0.2126 * Linear(colour.Red)) + (0.7152 * Linear(colour.Green)) + (0.0722 * Linear(colour.Blue));
    }
}
