using FlowOde.Data.Tables;

namespace FlowOde.Tests.Data.Tables;

public sealed class DataTableTests
{
    [Fact]
    public void Digest_OfDifferentContent_Differs()
    {
        DataTable[] tables =
        [
            new(["a", "b"], [1, 2, 3, 4], "t"),
            new(["a", "b"], [1, 2, 4, 3], "t"),
            new(["b", "a"], [1, 2, 3, 4], "t"),
            new(["ab"], [1, 2, 3, 4], "t"),
            new(["a"], [1, 2, 3, 4], "t"),
            new(["a", "b"], [1, 2], "t"),
        ];
        Assert.Equal(tables.Length, tables.Select(table => table.Digest).Distinct().Count());
        Assert.Equal(tables[0].Digest, new DataTable(["a", "b"], [1, 2, 3, 4], "other").Digest);
        Assert.Matches("^[0-9a-f]{64}$", tables[0].Digest);
    }

    [Fact]
    public void Digest_OfAFixedTable_IsTheSameForEver() =>
        Assert.Equal("e0f84176b4c7eec537e4cb9785f2d6e851c40f54dad7bac4287fc7e866705638", new DataTable(["a", "b"], [1, 2.5, -3, 4e300], "t").Digest);

    [Fact]
    public void Constructor_OfInconsistentParts_Throws()
    {
        Assert.Throws<ArgumentException>(() => new DataTable([], [], "t"));
        Assert.Throws<ArgumentException>(() => new DataTable(["a", "a"], [1, 2], "t"));
        Assert.Throws<ArgumentException>(() => new DataTable(["a", "b"], [1, 2, 3], "t"));
        Assert.Throws<ArgumentException>(() => new DataTable(["a"], [1, 2, 3], "t", parts: new() { TrainRows = 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataTable(["a"], [1], "t").Row(1));
    }

    [Theory]
    [InlineData("1")]
    [InlineData(".")]
    [InlineData("x")]
    [InlineData("::")]
    [InlineData("\"")]
    [InlineData("\n")]
    public void Delimiter_ThatANumberOrALineHolds_IsRefused(string delimiter) =>
        Assert.Throws<ArgumentException>(() => new TableReadOptions { Delimiter = delimiter });

    [Fact]
    public void Delimiter_ByName_IsItsCharacter()
    {
        Assert.Equal("\t", new TableReadOptions { Delimiter = "tab" }.Delimiter);
        Assert.Equal(":", new TableReadOptions { Delimiter = ":" }.Delimiter);
    }
}
