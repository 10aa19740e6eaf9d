using FlowOde.Data.Randomness;
using FlowOde.Data.Splits;
using FlowOde.Data.Tables;
using FsCheck.Xunit;

namespace FlowOde.Tests.Data.Splits;

public sealed class DataSplitTests
{
    [Property(MaxTest = 100)]
    public void Make_OfAnyTable_PartitionsTheRowsAndKeepsEqualOnesTogether(ulong seed, byte rows, byte kinds)
    {
        var table = Random(seed, rows + 1, kinds + 1);
        var split = DataSplit.Make(table, new() { Seed = seed });
        int[] all = [.. split.Train, .. split.Validation, .. split.Test];
        Assert.Equal(Enumerable.Range(0, table.RowCount), all.Order());
        Assert.NotEmpty(split.Train);
        var part = new int[split.Groups.Count];
        foreach (var (row, side) in split.Train.Select(row => (row, 1)).Concat(split.Validation.Select(row => (row, 2))).Concat(split.Test.Select(row => (row, 3))))
        {
            ref var known = ref part[split.Groups.GroupOfRow[row]];
            Assert.True(known == 0 || known == side);
            known = side;
        }

        if (split.Groups.Count >= 3)
        {
            Assert.NotEmpty(split.Validation);
            Assert.NotEmpty(split.Test);
        }
    }

    [Fact]
    public void Make_OfDistinctRows_HitsTheFractionsExactly()
    {
        var split = DataSplit.Make(Random(1, 1000, int.MaxValue), new() { ValidationFraction = 0.15, TestFraction = 0.2 });
        Assert.Equal((650, 150, 200), (split.Train.Count, split.Validation.Count, split.Test.Count));
    }

    [Fact]
    public void Make_OfReorderedRows_SplitsTheSameRows()
    {
        var table = Random(3, 500, 200);
        var order = Enumerable.Range(0, 500).Select(i => (i * 7) % 500).ToArray();
        var shuffled = new DataTable(table.Columns, [.. order.SelectMany(row => table.Row(row).ToArray())], "shuffled");
        var (a, b) = (DataSplit.Make(table, new() { Seed = 9 }), DataSplit.Make(shuffled, new() { Seed = 9 }));
        Assert.Equal(a.Test, b.Test.Select(row => order[row]).Order());
        Assert.Equal(a.Validation, b.Validation.Select(row => order[row]).Order());
    }

    [Fact]
    public void Make_WithAnotherSeed_SplitsDifferentlyAndWithTheSameAlike()
    {
        var table = Random(3, 500, int.MaxValue);
        Assert.Equal(DataSplit.Make(table, new() { Seed = 1 }).Test, DataSplit.Make(table, new() { Seed = 1 }).Test);
        Assert.NotEqual(DataSplit.Make(table, new() { Seed = 1 }).Test, DataSplit.Make(table, new() { Seed = 2 }).Test);
    }

    [Fact]
    public void Make_OfAFixedTable_IsTheSameForEver()
    {
        // Fixed when this was written: SHA-256 of seed and row. A change here would silently change every published score.
        var table = new DataTable(["x"], [.. Enumerable.Range(0, 20).Select(i => (double)i)], "fixed");
        var split = DataSplit.Make(table, new() { Seed = 42 });
        Assert.Equal("5,11", string.Join(",", split.Test));
        Assert.Equal("12,19", string.Join(",", split.Validation));
    }

    [Fact]
    public void Make_WithAHugeGroup_StillFillsTheParts()
    {
        var table = new DataTable(["x"], [.. Enumerable.Repeat(5.0, 100), 1, 2], "t");
        var split = DataSplit.Make(table, new());
        Assert.Equal((100, 1, 1), (split.Train.Count, split.Validation.Count, split.Test.Count));
    }

    [Fact]
    public void Make_WithPublishedParts_KeepsThemAndSplitsTheMissingOff()
    {
        var values = Random(4, 300, int.MaxValue).Values.ToArray();
        var table = new DataTable(["a", "b"], values, "t", parts: new() { TrainRows = 200, TestRows = 100 });
        var split = DataSplit.Make(table, new() { ValidationFraction = 0.1 });
        Assert.Equal(Enumerable.Range(200, 100), split.Test);
        Assert.Equal((180, 20), (split.Train.Count, split.Validation.Count));
        Assert.All(split.Validation, row => Assert.InRange(row, 0, 199));

        var three = DataSplit.Make(new(["a", "b"], values, "t", parts: new() { TrainRows = 200, ValidationRows = 40, TestRows = 60 }), new());
        Assert.Equal(Enumerable.Range(200, 40), three.Validation);
        Assert.Equal(Enumerable.Range(0, 200), three.Train);
    }

    [Fact]
    public void Make_WithoutFractions_TrainsOnEverything() =>
        Assert.Equal(10, DataSplit.Make(Random(1, 10, 100), new() { ValidationFraction = 0, TestFraction = 0 }).Train.Count);

    [Fact]
    public void Make_WithBadFractions_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => DataSplit.Make(Random(1, 10, 100), new() { ValidationFraction = 0.5, TestFraction = 0.5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SplitOptions { TestFraction = double.NaN });
        Assert.Throws<DataFormatException>(() => DataSplit.Make(new(["a"], [], "none"), new()));
    }

    [Fact]
    public void Of_RowsWithBothZeros_TakesThemForEqual()
    {
        var groups = DistinctGroups.Of(new(["a", "b"], [0, 1, -0.0, 1, 0, 2], "t"));
        Assert.Equal([0, 0, 1], groups.GroupOfRow);
        Assert.Equal([2, 1], groups.Sizes);
        Assert.Equal([0, 2], groups.FirstRow);
    }

    private static DataTable Random(ulong seed, int rows, int kinds)
    {
        var source = new SplitMixSource(seed);
        return new(["a", "b"], [.. Enumerable.Range(0, rows).Select(_ => Math.Floor(source.NextUniform() * kinds)).SelectMany(kind => new[] { kind, kind * 0.5 })], "random");
    }
}
