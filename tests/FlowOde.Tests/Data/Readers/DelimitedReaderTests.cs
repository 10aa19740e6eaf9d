using System.Text;
using FlowOde.Data.Readers;
using FlowOde.Data.Tables;

namespace FlowOde.Tests.Data.Readers;

public sealed class DelimitedReaderTests
{
    [Theory]
    [InlineData("a,b\n1,2\n3,4\n")]
    [InlineData("a;b\r\n1;2\r\n3;4\r\n")]
    [InlineData("a\tb\n1\t2\n3\t4")]
    [InlineData("a|b\n1|2\n3|4\n")]
    [InlineData("a b\n1   2\n 3 4 \n")]
    [InlineData("  a  b\n  1.0  2.0\n  3.0  4e0\n")]
    [InlineData("\uFEFFa,b\n1,2\n3,4\n")]
    [InlineData("\"a\",\"b\"\n\"1\", 2\n3,\"4\"\n")]
    [InlineData("a,b\n\n1,2\n\n\n3,4\n\n")]
    [InlineData("a, b\n1, 2\n3, +4.0E0\n")]
    public void Read_OfEveryDialect_GivesTheSameTable(string text)
    {
        var table = Read(text);
        Assert.Equal(["a", "b"], table.Columns);
        Assert.Equal([1, 2, 3, 4], table.Values.ToArray());
        Assert.Contains(table.Notices, notice => notice.Contains("separated", StringComparison.Ordinal));
        Assert.Contains(table.Notices, notice => notice.Contains("a header", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_OfUtf16WithAMark_IsText()
    {
        using var stream = new MemoryStream([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("ä,b\n1,2\n3,4\n")]);
        Assert.Equal(["ä", "b"], TableReaders.Read(stream, "t.csv", new()).Columns);
    }

    [Theory]
    [InlineData("1,2\n3,4\n", false)]
    [InlineData("5.1,setosa\n4.9,setosa\n", false)]
    [InlineData("?,2\n1,2\n", false)]
    [InlineData("150,4,setosa,versicolor,virginica\n5.1,3.5,1.4,0.2,0\n5,3,1,0,0\n", true)]
    [InlineData("a,b\n1,x\n2,y\n", true)]
    public void Read_WithoutAWord_GuessesTheHeader(string text, bool header)
    {
        var table = Read(text, new() { Missing = MissingPolicy.DropRow });
        Assert.Equal(!header, table.Columns[0] == "column_1");
    }

    [Fact]
    public void Read_WithAHeaderModeGiven_TakesItAtItsWord()
    {
        Assert.Equal(["2001", "2002"], Read("2001,2002\n1,2\n3,4\n", new() { Header = HeaderMode.Yes }).Columns);
        Assert.Equal(2, Read("2001,2002\n1,2\n", new() { Header = HeaderMode.No }).RowCount);
    }

    [Theory]
    [InlineData("a,b\n1,2\n3,x\n", "line 3", "column 'b'", "found 'x'", "--missing drop", "--drop \"b\"", "--columns")]
    [InlineData("a,b\n1,2\n\n,4\n", "line 4", "column 'a'", "a blank cell", "--missing drop")]
    [InlineData("a,b\n1,2\n1e400,4\n", "line 3", "found '1e400'", "finite")]
    [InlineData("a,b\n1,2\nnan,4\n", "line 3", "found 'nan'")]
    [InlineData("a,b\n1,2\ninf,4\n", "line 3", "found 'inf'")]
    [InlineData("a,b\nx,2\n1,4\n", "line 2", "column 'a'", "found 'x'")]
    [InlineData("a;b\n1;2\n1,5;2,5\n", "line 3", "'1,5'", "decimal comma", "with a point")]
    [InlineData("a,b\n1,2\n1,2,3\n", "line 3", "expected 2 columns", "found 3")]
    [InlineData("a,b\n1,2\n1\n", "line 3", "expected 2 columns", "found 1")]
    [InlineData("", "t.csv", "empty")]
    [InlineData(" \n\n \n", "t.csv", "empty")]
    [InlineData("a,b\n", "t.csv", "a header and no rows", "--header no")]
    [InlineData("a,b\nx,y\nz,w\n", "holds no number", "'a'")]
    [InlineData("a,b\n1,\"2\n3,4\n", "line 2", "quotes")]
    [InlineData("a,b\n1,\"2\"x\n3,4\n", "line 2", "quotes")]
    [InlineData("1,x\n2,3\n", "line 1", "'x'", "--header yes")]
    public void Read_OfABadFile_SaysWhereAndWhatToDo(string text, params string[] expected)
    {
        var problem = Assert.Throws<DataFormatException>(() => Read(text));
        foreach (var part in expected)
        {
            Assert.Contains(part, problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_OfDecimalCommasThroughout_NamesThem()
    {
        // Every cell fails, so the columns look like text; the first cell still tells why.
        var problem = Assert.Throws<DataFormatException>(() => Read("a;b\n1,5;2,5\n3,5;4,5\n"));
        Assert.Contains("1,5", problem.Message, StringComparison.Ordinal);
        Assert.Contains("decimal comma", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfBinaryData_SaysSo()
    {
        var problem = Assert.Throws<DataFormatException>(() => Read("\u001f\u008b\0\0\0"));
        Assert.Contains("gzip", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DroppingMissing_LeavesTheRowsOutAndCountsThem()
    {
        var table = Read("a,b\n1,2\n?,3\n4,\n5,6\n", new() { Missing = MissingPolicy.DropRow });
        Assert.Equal([1, 2, 5, 6], table.Values.ToArray());
        Assert.Contains(table.Notices, notice => notice.Contains("2 of 4 rows", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_WhereEveryRowMisses_IsRefused() =>
        Assert.Throws<DataFormatException>(() => Read("a,b\n1,\n,2\n", new() { Missing = MissingPolicy.DropRow }));

    [Fact]
    public void Read_OfATextColumn_LeavesItOutByName()
    {
        var table = Read("a,kind,b\n1,x,2\n3,y,4\n");
        Assert.Equal(["a", "b"], table.Columns);
        Assert.Equal([1, 2, 3, 4], table.Values.ToArray());
        Assert.Contains(table.Notices, notice => notice.Contains("kind", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_OfATextColumnThatWasAskedFor_IsRefused()
    {
        var problem = Assert.Throws<DataFormatException>(() => Read("a,kind\n1,x\n3,y\n", new() { Columns = ["a", "kind"] }));
        Assert.Contains("'kind' holds no number", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithColumns_KeepsTheirOrder()
    {
        Assert.Equal([3, 1, 6, 4], Read("a,b,c\n1,x,3\n4,y,6\n", new() { Columns = ["3", "a"] }).Values.ToArray());
        Assert.Equal(["c"], Read("a,b,c\n1,2,3\n4,5,6\n", new() { Drop = ["A"], Label = "2" }).Columns);
    }

    [Theory]
    [InlineData("lenght", "Did you mean 'length'?")]
    [InlineData("4", "1 to 2 by number")]
    [InlineData("0", "length, width")]
    public void Read_WithAnUnknownColumn_ListsTheKnown(string column, string expected)
    {
        var problem = Assert.Throws<DataFormatException>(() => Read("length,width\n1,2\n3,4\n", new() { Columns = [column] }));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithContradictingColumns_IsRefused()
    {
        const string Text = "a,b\n1,2\n3,4\n";
        Assert.Throws<DataFormatException>(() => Read(Text, new() { Columns = ["a"], Drop = ["1"] }));
        Assert.Throws<DataFormatException>(() => Read(Text, new() { Columns = ["a", "1"] }));
        Assert.Throws<DataFormatException>(() => Read(Text, new() { Drop = ["a", "b"] }));
    }

    [Fact]
    public void Read_OfDuplicateAndBlankNames_MakesThemUnique()
    {
        var table = Read("x,x,,x_2\n1,2,3,4\n5,6,7,8\n");
        Assert.Equal(["x", "x_3", "column_3", "x_2"], table.Columns);
        Assert.Contains(table.Notices, notice => notice.Contains("x_3", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_OfAConstantColumn_NoticesIt()
    {
        var table = Read("a,b\n1,2\n3,2\n");
        Assert.Equal(["b"], table.ConstantColumns);
        Assert.Contains(table.Notices, notice => notice.Contains("same number in: b", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_OfOneRow_IsATableThatTrainingRefuses()
    {
        var table = Read("a,b\n1,2\n");
        Assert.Equal(1, table.RowCount);
        Assert.Contains("found 1 row,", Assert.Throws<DataFormatException>(() => table.RequireRows(2, "training")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfMoreCellsThanAllowed_IsRefused() =>
        Assert.Throws<DataFormatException>(() => Read(string.Concat(Enumerable.Repeat("1,2\n", 2000)), new() { MaxCells = 3000 }));

    [Fact]
    public void Read_OfAnEndlessLine_IsRefused() =>
        Assert.Throws<DataFormatException>(() => Read(new string('1', 1 << 25)));

    [Fact]
    public void Read_OfBlankSeparatedLinesAcrossBufferBorders_LosesNothing()
    {
        var text = string.Concat(Enumerable.Range(0, 30000).Select(i => $"  {i}   {i + 0.5}\n"));
        var table = Read(text);
        Assert.Equal(30000, table.RowCount);
        Assert.All(Enumerable.Range(0, 30000), i => Assert.Equal(i + 0.5, table.Row(i)[1]));
    }

    private static DataTable Read(string text, TableReadOptions? options = null)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return TableReaders.Read(stream, "t.csv", options ?? new());
    }
}
