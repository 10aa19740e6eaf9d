using FlowOde.Samplers.Drawing;
using SkiaSharp;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class DensityFieldTests
{
    private static readonly DataLimits _unit = new(0, 1);
    private static readonly PlotArea _area = new(new SKRect(10, 20, 210, 120), _unit, _unit);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(9, 0)]
    [InlineData(0, 9)]
    [InlineData(3, 7)]
    public void Draw_OneHotCell_IsHotThereAndColdElsewhereWithYUpwards(int column, int row)
    {
        var densities = new double[100];
        densities[(row * 10) + column] = 8;
        var field = new DensityField(_unit, _unit, 10, 10, densities);
        using var bitmap = Pictures.Draw(220, 130, canvas => field.Draw(canvas, _area, ColourMap.Viridis, ColourScale.ForDensity(densities)));

        // Cells are 20 by 10 pixels; row 0 lies at the bottom.
        Assert.True(Pictures.IsNear(bitmap.GetPixel(20 + (20 * column), 115 - (10 * row)), ColourMap.Viridis.At(1), 30));
        for (var other = 0; other < 100; other++)
        {
            if (Math.Abs((other % 10) - column) > 1 || Math.Abs((other / 10) - row) > 1)
            {
                Assert.Equal(ColourMap.Viridis.At(0), bitmap.GetPixel(20 + (20 * (other % 10)), 115 - (10 * (other / 10))));
            }
        }
    }

    [Fact]
    public void Draw_NaNAndInfiniteCells_LeavesThePage()
    {
        var field = new DensityField(_unit, _unit, 2, 1, [double.NaN, double.PositiveInfinity]);
        using var bitmap = Pictures.Draw(220, 130, canvas => field.Draw(canvas, _area, ColourMap.Viridis, ColourScale.ForDensity(field.Densities)));

        Assert.Equal(0, Pictures.Ink(bitmap, new SKRectI(0, 0, 220, 130)));
    }

    [Fact]
    public void FromLogDensities_OnExtremes_StaysDrawable()
    {
        var field = DensityField.FromLogDensities(_unit, _unit, 5, 1, [double.NegativeInfinity, 0, 1e9, double.PositiveInfinity, double.NaN]);

        Assert.Equal([0, 1], field.Densities[..2]);
        Assert.InRange(field.Densities[2], 1e299, 1e301);
        Assert.All(field.Densities[3..], density => Assert.True(double.IsNaN(density)));
    }

    [Fact]
    public void CellCentres_OfAnInterval_LieHalfACellInside() => Assert.Equal([-3, -1, 1, 3], DensityField.CellCentres(new DataLimits(-4, 4), 4));

    [Fact]
    public void Constructor_OnAWrongLength_SaysWhatWasExpected()
    {
        var error = Assert.Throws<ArgumentException>(() => new DensityField(_unit, _unit, 3, 2, new double[5]));

        Assert.Contains("needs 6 values, but 5", error.Message, StringComparison.Ordinal);
    }
}
