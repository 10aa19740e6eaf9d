using System.Text;
using FlowOde.Data.Pictures;
using FlowOde.Data.Randomness;
using FlowOde.Data.Readers;
using FlowOde.Data.Tables;
using FlowOde.Data.Writers;

namespace FlowOde.Tests.Data.Readers;

/// <summary>Whatever bytes a file holds, reading it gives a table of finite numbers or the project's own exception.</summary>
public sealed class FuzzTests
{
    public static TheoryData<string, int> Names { get; } = new() { { "t.csv", 3000 }, { "t.npy", 3000 }, { "t.csv.gz", 1500 }, { "t.npy.gz", 1500 }, { "t.tsv", 1500 } };

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_OfMutatedBytes_GivesATableOrItsOwnException(string name, int rounds)
    {
        var source = new SplitMixSource(5);
        var original = Sound(name);
        var sound = 0;
        for (var round = 0; round < rounds; round++)
        {
            var bytes = Mutate(original, source);
            using var stream = new MemoryStream(bytes);
            try
            {
                var table = TableReaders.Read(stream, name, new() { MaxCells = 1 << 16, Missing = round % 2 == 0 ? MissingPolicy.Fail : MissingPolicy.DropRow });
                Assert.True(table.RowCount > 0);
                Assert.DoesNotContain(table.Values.ToArray(), value => !double.IsFinite(value));
                sound++;
            }
            catch (DataFormatException problem)
            {
                Assert.Contains(name, problem.Message, StringComparison.Ordinal);
            }
            catch (Exception problem) when (problem is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Round {round}: {problem} on {Convert.ToBase64String(bytes)}");
            }
        }

        // Neither all refused nor all accepted: the mutations do reach both sides (a gzip file has a checksum).
        Assert.InRange(sound, name.EndsWith(".gz", StringComparison.Ordinal) ? 0 : 1, rounds - 1);
    }

    [Fact]
    public void ReadPicture_OfMutatedBytes_GivesADensityOrItsOwnException()
    {
        var source = new SplitMixSource(6);
        using var bitmap = new SkiaSharp.SKBitmap(9, 7);
        bitmap.Erase(new SkiaSharp.SKColor(200, 100, 50));
        using var data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100);
        var original = data.ToArray();
        for (var round = 0; round < 1000; round++)
        {
            using var stream = new MemoryStream(Mutate(original, source));
            try
            {
                Assert.True(double.IsFinite(PictureReader.Read(stream, "p.png", PictureTone.Bright).Entropy!.Value));
            }
            catch (DataFormatException problem)
            {
                Assert.Contains("p.png", problem.Message, StringComparison.Ordinal);
            }
        }
    }

    private static byte[] Sound(string name)
    {
        var values = Enumerable.Range(0, 60).Select(i => Math.Sin(i) * Math.Pow(10, (i % 7) - 3)).ToArray();
        using var memory = new MemoryStream();
        TableWriters.Write(new(["a", "b,c", "d"], values, "made"), name.Replace(".tsv", ".csv", StringComparison.Ordinal), NumberPrecision.Bits64, memory);
        var bytes = memory.ToArray();
        return name == "t.tsv" ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace(',', '\t')) : bytes;
    }

    private static byte[] Mutate(byte[] original, SplitMixSource source)
    {
        var bytes = original.ToList();
        var interesting = "\",;\t|\n\r \0-+.eE0129\u00ff'"u8.ToArray();
        for (var edits = 1 + (int)(source.NextUniform() * 4); edits > 0 && bytes.Count > 0; edits--)
        {
            // Half of the edits near the beginning, where headers are.
            var at = (int)(source.NextUniform() * (source.NextUniform() < 0.5 ? Math.Min(130, bytes.Count) : bytes.Count));
            var value = source.NextUniform() < 0.5 ? (byte)source.NextBits() : interesting[(int)(source.NextUniform() * interesting.Length)];
            switch ((int)(source.NextUniform() * 5))
            {
                case 0:
                    bytes[at] = value;
                    break;
                case 1:
                    bytes.Insert(at, value);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + (int)(source.NextUniform() * 20)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.Skip(at).Take(12).ToArray());
                    break;
                default:
                    bytes[at] ^= (byte)(1 << (int)(source.NextUniform() * 8));
                    break;
            }
        }

        return [.. bytes];
    }
}
