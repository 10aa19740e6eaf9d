using FlowOde.Data.Bundled;
using FlowOde.Data.Sources;
using FlowOde.Data.Splits;
using FlowOde.Data.Tables;

namespace FlowOde.Tests.Data.Bundled;

public sealed class BundledSetTests
{
    public static TheoryData<string> Names { get; } = new(BundledSets.All.Select(set => set.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Open_OfEverySet_HoldsWhatTheRegistrySays(string name)
    {
        var set = BundledSets.Find(name)!;
        var source = set.Open(new());
        Assert.Equal(name, source.Name);
        Assert.NotEmpty(set.Licence);
        if (source is TableSource { Table: var table })
        {
            Assert.Equal(set.Rows, table.RowCount);
            Assert.Equal(set.Columns, table.Columns);
            Assert.Empty(table.ConstantColumns);
        }
        else if (source is ImageSource { Images: var images })
        {
            Assert.Equal((set.Rows, set.Levels), (images.Count, images.Levels));
            Assert.Equal(images.Count, images.Labels.Count);
        }
        else
        {
            Assert.Equal(set.Columns.Count, source.ColumnCount);
        }
    }

    [Fact]
    public void Open_OfIris_NamesTheTextColumnItLeavesOut()
    {
        var table = Open("iris");
        Assert.Contains(table.Notices, notice => notice.Contains("species", StringComparison.Ordinal));
        Assert.Equal([5.1, 3.5, 1.4, 0.2], table.Row(0).ToArray());
        Assert.Equal([5.9, 3.0, 5.1, 1.8], table.Row(149).ToArray());
    }

    [Fact]
    public void Open_OfTheGlobe_HasLongitudeFirst()
    {
        Assert.Equal([35.5, 31.1], Open("earthquakes").Row(0).ToArray());
        Assert.Equal([-178.47, -30.2], Open("volcanoes").Row(0).ToArray());

        // Eruptions of one volcano share its position; the publisher's catalogue has 267 positions.
        Assert.Equal(267, DistinctGroups.Of(Open("volcanoes")).Count);
    }

    [Theory]
    [InlineData("power", 10000, 0, 10000)]
    [InlineData("gas", 10000, 10000, 10000)]
    [InlineData("miniboone", 3284, 0, 3648)]
    public void Open_OfASetWithAPublishedSplit_KeepsIt(string name, int train, int validation, int test)
    {
        var table = Open(name);
        Assert.Equal((train, validation, test), (table.Parts!.TrainRows, table.Parts.ValidationRows, table.Parts.TestRows));
        var split = DataSplit.Make(table, new());
        Assert.Equal(test, split.Test.Count);
        Assert.Equal(train + validation, split.Train.Count + split.Validation.Count);
        Assert.NotEmpty(split.Validation);
    }

    [Theory]
    [InlineData("power", 6, 0.05)]
    [InlineData("gas", 8, 0.05)]
    public void Open_OfAStandardisedSet_HasUnitMoments(string name, int columns, double tolerance)
    {
        var table = Open(name);
        for (var column = 0; column < columns; column++)
        {
            var values = Enumerable.Range(0, table.RowCount).Select(row => table.Row(row)[column]).ToArray();
            Assert.InRange(values.Average(), -tolerance, tolerance);
            Assert.InRange(values.Average(value => value * value), 1 - (4 * tolerance), 1 + (4 * tolerance));
        }
    }

    [Fact]
    public void Open_WithColumns_KeepsPartsAndOrder()
    {
        var table = ((TableSource)BundledSets.Find("gas")!.Open(new() { Columns = ["sensor_5", "1"] })).Table;
        Assert.Equal(["sensor_5", "sensor_1"], table.Columns);
        Assert.Equal(10000, table.Parts!.ValidationRows);
        Assert.Equal(Open("gas").Row(7)[0], table.Row(7)[1]);
    }

    [Fact]
    public void Open_OfTheFlower_IsADensityThatKnowsItsEntropy()
    {
        var picture = Assert.IsType<PictureSource>(BundledSets.Find("flower")!.Open(new())).Density;
        Assert.Equal((640, 427), (picture.Width, picture.Height));

        // No density on a rectangle has more entropy than the uniform one.
        Assert.InRange(picture.Entropy!.Value, 2, Math.Log(8 * 8 * 427.0 / 640));
        Assert.Throws<DataFormatException>(() => BundledSets.Find("flower")!.Open(new() { Columns = ["x"] }));
    }

    private static DataTable Open(string name) => ((TableSource)BundledSets.Find(name)!.Open(new())).Table;
}
