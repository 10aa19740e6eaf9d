using System.Text;
using FlowOde.Data.Readers;
using FlowOde.Data.Sources;
using FlowOde.Data.Tables;

namespace FlowOde.Tests.Data.Tables;

public sealed class TableLabelsTests
{
    [Theory]
    [InlineData("x,kind,y\n1,b,2\n3,a,4\n5,b,6\n", HeaderMode.Auto, "kind")]
    [InlineData("1,b,2\n3,a,4\n5,b,6\n", HeaderMode.No, "2")]
    public void Read_WithALabel_KeepsItsTextsBesideTheNumbers(string text, HeaderMode header, string label)
    {
        var table = Read(text, new() { Label = label, Header = header });
        Assert.Equal(2, table.ColumnCount);
        Assert.Equal(["b", "a", "b"], table.Labels!.OfRows);
        Assert.Equal(["a", "b"], table.Labels.Names);
        Assert.Equal([1, 0, 1], table.Labels.ToNumbers());
    }

    [Fact]
    public void Read_WithMissingCells_DropsTheirLabelsToo()
    {
        var table = Read("x,kind\n1,a\n,b\n3,c\n", new() { Label = "kind", Missing = MissingPolicy.DropRow });
        Assert.Equal(["a", "c"], table.Labels!.OfRows);
        Assert.Equal([1, 3], table.Values.ToArray());
    }

    [Fact]
    public void Names_OfNumbers_AreInTheirOrder() =>
        Assert.Equal(["-1", "2", "10"], new TableLabels("kind", ["10", "2", "-1", "2"]).Names);

    [Fact]
    public void Digest_ChangesWithALabel_ThatOfTheTableDoesNot()
    {
        var (a, b) = (Read("x,kind\n1,a\n2,b\n", new() { Label = "kind" }), Read("x,kind\n1,a\n2,c\n", new() { Label = "kind" }));
        Assert.Equal(a.Digest, b.Digest);
        Assert.NotEqual(a.Labels!.Digest(), b.Labels!.Digest());
    }

    [Fact]
    public void Resolve_OfABundledSetWithAColumnOfText_LabelsItsRows()
    {
        var table = ((TableSource)DataCatalog.Resolve("iris", new() { Label = "species" })).Table;
        Assert.Equal((4, 150), (table.ColumnCount, table.Labels!.OfRows.Count));
        Assert.Equal(["setosa", "versicolor", "virginica"], table.Labels.Names);
    }

    [Fact]
    public void Resolve_OfABundledSetWithPublishedParts_LabelsItsRowsByAColumnOfNumbers()
    {
        var table = ((TableSource)DataCatalog.Resolve("power", new() { Label = "voltage" })).Table;
        Assert.Equal((5, table.RowCount), (table.ColumnCount, table.Labels!.OfRows.Count));
    }

    private static DataTable Read(string text, TableReadOptions options)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return TableReaders.Read(stream, "t.csv", options);
    }
}
