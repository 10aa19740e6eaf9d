using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class ColourBarTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    public void Draw_AtEachValue_HasTheColourOfThatValue(double exponent)
    {
        var bar = new ColourBar { Map = ColourMap.Viridis, Scale = new ColourScale { Limits = new DataLimits(0, 10), Exponent = exponent } };
        using var bitmap = Pictures.Draw(80, 220, canvas => bar.Draw(canvas, new SKRect(10, 10, 30, 210)));

        for (var value = 0.5; value < 10; value++)
        {
            Assert.True(Pictures.IsNear(bitmap.GetPixel(20, 210 - (int)(20 * value)), ColourMap.Viridis.At(bar.Scale.FractionOf(value)), 6), $"wrong colour at {value}");
        }
    }

    [Fact]
    public void Draw_AnExceededScale_EndsInAnArrowHeadOfTheLastColour()
    {
        var bar = new ColourBar { Map = ColourMap.Viridis, Scale = new ColourScale { Limits = new DataLimits(0, 1), IsExceeded = true } };
        using var bitmap = Pictures.Draw(80, 220, canvas => bar.Draw(canvas, new SKRect(10, 30, 30, 210)));

        Assert.True(Pictures.IsNear(bitmap.GetPixel(20, 22), ColourMap.Viridis.At(1)));
    }
}
