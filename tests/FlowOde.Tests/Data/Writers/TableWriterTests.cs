using System.Text;
using FlowOde.Data.Readers;
using FlowOde.Data.Tables;
using FlowOde.Data.Writers;

namespace FlowOde.Tests.Data.Writers;

public sealed class TableWriterTests
{
    private static readonly DataTable _table = new(["a", "b, \"c\""], [0.1, -1e-300, Math.PI, 5e-324, double.MaxValue, 1, -0.0, 1 / 3.0], "made");

    public static TheoryData<string> Names { get; } = new(TableWriters.Extensions.SelectMany(extension => new[] { $"t{extension}", $"t{extension}.gz" }));

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_AndReadBack_GivesTheSameBits(string name)
    {
        var back = RoundTrip(_table, name, NumberPrecision.Bits64);
        Assert.Equal(_table.Values.ToArray().Select(BitConverter.DoubleToInt64Bits), back.Values.ToArray().Select(BitConverter.DoubleToInt64Bits));
        if (name.StartsWith("t.csv", StringComparison.Ordinal))
        {
            Assert.Equal(_table.Columns, back.Columns);
            Assert.Equal(_table.Digest, back.Digest);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_InSinglePrecision_RoundsToFloats(string name)
    {
        var table = new DataTable(["a"], [0.1, Math.PI, -2e5 / 3], "made");
        Assert.Equal(table.Values.ToArray().Select(value => (float)value), RoundTrip(table, name, NumberPrecision.Bits32).Values.ToArray().Select(value => (float)value));
    }

    [Fact]
    public void Write_OfALongTable_PassesTheBufferBorders()
    {
        var table = new DataTable(["a", "b", "c"], [.. Enumerable.Range(0, 60000).Select(i => -i / 7.0)], "made");
        Assert.Equal(table.Digest, RoundTrip(table, "t.csv", NumberPrecision.Bits64).Digest);
        Assert.Equal(table.Values.ToArray(), RoundTrip(table, "t.npy", NumberPrecision.Bits64).Values.ToArray());
    }

    [Fact]
    public void Write_OfNpy_AlignsTheNumbers()
    {
        using var memory = new MemoryStream();
        TableWriters.Write(_table, "t.npy", NumberPrecision.Bits32, memory);
        Assert.Equal(0, (memory.Length - (4 * 8)) % 64);
        Assert.Equal("\n", Encoding.ASCII.GetString(memory.ToArray(), (int)memory.Length - 33, 1));
    }

    [Fact]
    public void Write_OfAnUnknownKind_ListsTheKnown() =>
        Assert.Contains(".csv", Assert.Throws<DataFormatException>(() => TableWriters.Write(_table, "t.xls", NumberPrecision.Bits64, Stream.Null)).Message, StringComparison.Ordinal);

    private static DataTable RoundTrip(DataTable table, string name, NumberPrecision precision)
    {
        using var memory = new MemoryStream();
        TableWriters.Write(table, name, precision, memory);
        memory.Position = 0;
        return TableReaders.Read(memory, name, new());
    }
}
