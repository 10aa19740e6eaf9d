using System.IO.Compression;
using FlowOde.Data.Readers;
using FlowOde.Data.Tables;

namespace FlowOde.Tests.Data.Readers;

public sealed class GzipInputTests
{
    private static readonly byte[] _packed = Pack(string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i},{i * 0.37}\n")));

    [Fact]
    public void Read_OfAWholeFile_GivesAllRows() => Assert.Equal(3000, Read(_packed).RowCount);

    [Fact]
    public void Read_OfACutFile_SaysItIsCutShort()
    {
        // The runtime's own stream takes each of these for a shorter table.
        foreach (var cut in new[] { 1, 4, 7, 8, 9, 100, 5000 })
        {
            var problem = Assert.Throws<DataFormatException>(() => Read(_packed[..^cut]));
            Assert.True(problem.Message.Contains("cut short", StringComparison.Ordinal) || problem.Message.Contains("quotes", StringComparison.Ordinal), problem.Message);
        }
    }

    [Fact]
    public void Read_OfADamagedFile_IsRefused()
    {
        foreach (var at in new[] { 0, 2, _packed.Length / 2, _packed.Length - 6, _packed.Length - 2 })
        {
            var bytes = (byte[])_packed.Clone();
            bytes[at] ^= 0x55;
            Assert.Throws<DataFormatException>(() => Read(bytes));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(17)]
    public void Read_OfOnlyABeginning_IsRefused(int length) =>
        Assert.Throws<DataFormatException>(() => Read(_packed[..length]));

    [Fact]
    public void Read_OfPlainTextNamedGz_IsRefused() =>
        Assert.Contains("gzip", Assert.Throws<DataFormatException>(() => Read("a,b\n1,2\n3,4\n5,6\n7,8\n"u8.ToArray())).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_OfAFileThatUnpacksToNonsense_StopsAtTheLimit()
    {
        var bomb = Pack(string.Concat(Enumerable.Repeat("0\n", 3_000_000)));
        Assert.InRange(bomb.Length, 0, 40000);
        using var stream = new MemoryStream(bomb);
        Assert.Throws<DataFormatException>(() => TableReaders.Read(stream, "t.csv.gz", new() { MaxCells = 100_000 }));
    }

    private static DataTable Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return TableReaders.Read(stream, "t.csv.gz", new());
    }

    private static byte[] Pack(string text)
    {
        using var memory = new MemoryStream();
        using (var packed = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
        {
            packed.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }

        return memory.ToArray();
    }
}
