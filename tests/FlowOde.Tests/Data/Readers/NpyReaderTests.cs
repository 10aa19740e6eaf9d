using System.Text;
using FlowOde.Data.Readers;
using FlowOde.Data.Tables;

namespace FlowOde.Tests.Data.Readers;

public sealed class NpyReaderTests
{
    [Theory]
    [InlineData("<f4")]
    [InlineData(">f4")]
    [InlineData("<f8")]
    [InlineData(">f8")]
    [InlineData("|i1")]
    [InlineData("|u1")]
    [InlineData("<i2")]
    [InlineData(">i2")]
    [InlineData("<u2")]
    [InlineData(">u2")]
    [InlineData("<i4")]
    [InlineData(">i4")]
    [InlineData("<u4")]
    [InlineData(">u4")]
    [InlineData("<i8")]
    [InlineData(">i8")]
    [InlineData("<u8")]
    [InlineData(">u8")]
    public void Read_OfEveryType_GivesItsNumbers(string type)
    {
        double[] numbers = [1, 2, type[1] == 'u' ? 200 : -3, 4, 5, 100];
        var table = Read(Npy(type, "(2, 3)", numbers));
        Assert.Equal(["column_1", "column_2", "column_3"], table.Columns);
        Assert.Equal(numbers, table.Values.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Read_OfEveryVersion_Works(byte version) =>
        Assert.Equal([1, 2], Read(Npy("<f8", "(2, 1)", [1, 2], version: version)).Values.ToArray());

    [Fact]
    public void Read_OfFortranOrder_IsTransposed() =>
        Assert.Equal([1, 4, 2, 5, 3, 6], Read(Npy("<f8", "(3, 2)", [1, 2, 3, 4, 5, 6], fortran: true)).Values.ToArray());

    [Fact]
    public void Read_OfOneDimension_IsOneColumn()
    {
        var table = Read(Npy("<f4", "(3,)", [1, 2, 3]));
        Assert.Equal((3, 1), (table.RowCount, table.ColumnCount));
    }

    [Fact]
    public void Read_WithColumns_KeepsTheirOrder() =>
        Assert.Equal([3, 1, 6, 4], Read(Npy("<f8", "(2, 3)", [1, 2, 3, 4, 5, 6]), new() { Columns = ["column_3", "1"] }).Values.ToArray());

    [Theory]
    [InlineData("|O", "(2, 1)", "Python objects")]
    [InlineData("<f2", "(2, 1)", "'<f2'")]
    [InlineData("<c8", "(2, 1)", "'<c8'")]
    [InlineData("<U3", "(2, 1)", "'<U3'")]
    [InlineData("<f8", "()", "shape ()")]
    [InlineData("<f8", "(1, 1, 2)", "shape (1, 1, 2)")]
    [InlineData("<f8", "(0, 3)", "at least one row")]
    [InlineData("<f8", "(-1, 3)", "at least one row")]
    [InlineData("<f8", "(99999999999999999999, 3)", "at least one row")]
    [InlineData("<f8", "(4000000000, 4000000000)", "at most")]
    [InlineData("<f8", "(9223372036854775807, 9223372036854775807)", "at most")]
    [InlineData("<f8", "(10000000, 20)", "ends after 2")]
    public void Read_OfABadHeader_NamesTheTrouble(string type, string shape, string expected)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Assert.Throws<DataFormatException>(() => Read(Npy(type, shape, [1, 2])));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);

        // The last case states 1.6 GB: nothing near that is taken before the bytes are there.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Read_OfAStructuredArray_IsRefused()
    {
        var header = Encoding.ASCII.GetBytes("{'descr': [('x', '<f8'), ('y', '<f8')], 'fortran_order': False, 'shape': (2,), }\n");
        var problem = Assert.Throws<DataFormatException>(() => Read([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. new byte[32]]));
        Assert.Contains("structured", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfNaN_NamesRowAndColumn()
    {
        var bytes = Npy("<f8", "(3, 2)", [1, 2, 3, double.NaN, 5, 6]);
        Assert.Contains("row 2, column 'column_2': found 'NaN'", Assert.Throws<DataFormatException>(() => Read(bytes)).Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 5, 6], Read(bytes, new() { Missing = MissingPolicy.DropRow }).Values.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(40)]
    [InlineData(-1)]
    public void Read_OfACutFile_IsRefused(int length)
    {
        var bytes = Npy("<f8", "(2, 1)", [1, 2]);
        Assert.Throws<DataFormatException>(() => Read(length < 0 ? bytes[..^1] : bytes[..length]));
    }

    private static DataTable Read(byte[] bytes, TableReadOptions? options = null)
    {
        using var stream = new MemoryStream(bytes);
        return TableReaders.Read(stream, "t.npy", options ?? new());
    }

    private static byte[] Npy(string type, string shape, double[] numbers, bool fortran = false, byte version = 1)
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}\n");
        byte[] length = version == 1 ? [(byte)header.Length, 0] : [(byte)header.Length, 0, 0, 0];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. numbers.SelectMany(number => Encode(type, number))];
    }

    private static byte[] Encode(string type, double number)
    {
        var bytes = type[1..] switch
        {
            "f4" => BitConverter.GetBytes((float)number),
            "f8" => BitConverter.GetBytes(number),
            "i1" => [(byte)(sbyte)number],
            "u1" => [(byte)number],
            "i2" => BitConverter.GetBytes((short)number),
            "u2" => BitConverter.GetBytes((ushort)number),
            "i4" => BitConverter.GetBytes((int)number),
            "u4" => BitConverter.GetBytes((uint)number),
            "i8" => BitConverter.GetBytes((long)number),
            "u8" => BitConverter.GetBytes((ulong)number),
            _ => new byte[8],
        };
        return type[0] == '>' ? [.. bytes.Reverse()] : bytes;
    }
}
