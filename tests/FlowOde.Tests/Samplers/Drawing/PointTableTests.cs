using FlowOde.Samplers.Drawing;

namespace FlowOde.Tests.Samplers.Drawing;

public sealed class PointTableTests
{
    [Fact]
    public void Column_OfRowMajorValues_PicksEveryRow()
    {
        var table = new PointTable(["a", "b", "c"], [1, 2, 3, 4, 5, 6]);

        Assert.Equal(2, table.Rows);
        Assert.Equal([2, 5], table.Column(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Column(3));
    }

    [Fact]
    public void Constructor_OnPartOfARow_SaysWhatItHad()
    {
        var error = Assert.Throws<ArgumentException>(() => new PointTable(["a", "b"], [1, 2, 3]));

        Assert.Contains("3 values cannot be rows of 2 columns", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new PointTable([], []));
    }
}
