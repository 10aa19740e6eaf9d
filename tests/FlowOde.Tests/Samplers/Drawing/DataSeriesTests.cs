using FlowOde.Samplers.Drawing;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class DataSeriesTests
{
    private static readonly double[] _positions = [.. Enumerable.Range(0, 100).Select(i => (double)i)];

    [Fact]
    public void RunningMean_OfALine_IsTheLineAwayFromTheEnds()
    {
        var line = new DataSeries(_positions, [.. _positions.Select(x => (3 * x) - 5)]);
        var mean = line.RunningMean(11, new DataLimits(-1000, 1000));

        Assert.All(Enumerable.Range(5, 90), i => Assert.Equal(line.Values[i], mean.Values[i], 1e-9));
    }

    [Fact]
    public void RunningMean_AcrossGapsAndASpike_IsTheMeanOfTheRest()
    {
        var values = Enumerable.Repeat(2.0, 100).ToArray();
        values[3] = 1e300;
        values[50] = double.NaN;
        var mean = new DataSeries(_positions, values).RunningMean(5, new DataLimits(0, 4));

        Assert.True(double.IsNaN(mean.Values[50]));
        Assert.Equal(2, mean.Values[49], 1e-9);
        Assert.Equal(2.4, mean.Values[3], 1e-9); // the spike counts as 4, one of 5
        Assert.Equal(2, mean.Values[99], 1e-9);
    }

    [Fact]
    public void IndexOfSmallest_WithGapsAndEqualValues_IsTheFirstSmallest()
    {
        Assert.Equal(2, new DataSeries([0, 1, 2, 3], [double.NaN, 5, 1, 1]).IndexOfSmallest());
        Assert.Equal(-1, new DataSeries([0], [double.NaN]).IndexOfSmallest());
    }

    [Fact]
    public void Constructor_OnWrongArrays_Throws()
    {
        Assert.Throws<ArgumentException>(() => new DataSeries([0, 1], [1]));
        Assert.Throws<ArgumentException>(() => new DataSeries([0, 1], [1, 2], [1]));
        Assert.Throws<ArgumentException>(() => new DataSeries([1, 0], [1, 2]));
        Assert.Throws<ArgumentException>(() => new DataSeries([double.NaN], [1]));
    }
}
