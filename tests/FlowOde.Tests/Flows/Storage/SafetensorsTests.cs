using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using FlowOde.Flows.Storage;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Storage;

public sealed class SafetensorsTests
{
    private static readonly Dictionary<string, string> _noMetadata = [];

    public static TheoryData<ScalarType> Dtypes =>
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64,
        ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    public static TheoryData<string> References =>
        new(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Reference"), "*.safetensors").Select(Path.GetFileName)!);

    [Theory]
    [MemberData(nameof(Dtypes))]
    public void Read_OfWhatWasWritten_GivesTheSameElementsShapesAndTypes(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var values = Arange(24, dtype: ScalarType.Float64).reshape(2, 3, 4).Minus(3).to(dtype);
        using var file = Read(Write([("a", values), ("scalar", values[1, 2, 3]), ("none", empty([0, 5], dtype: dtype)), ("é \"\n", values[0])]));
        Assert.Equal(["a", "scalar", "none", "é \"\n"], file.Names);
        Assert.True((file["a"] == values).all().item<bool>());
        Assert.Equal([], file["scalar"].shape);
        Assert.True((file["scalar"] == values[1, 2, 3]).item<bool>());
        Assert.Equal([0, 5], file["none"].shape);
        Assert.All(file.Names, name => Assert.Equal(dtype, file[name].dtype));
        Assert.True(file.Verified);
        Assert.Equal(SafetensorsFile.KnownFormatVersion, file.FormatVersion);
    }

    [Fact]
    public void Read_OfNonFiniteNumbers_KeepsTheirBits()
    {
        double[] values = [double.NaN, double.NegativeInfinity, -0.0, double.Epsilon, double.MaxValue];
        using var tensor = TorchSharp.torch.tensor(values);
        using var file = Read(Write([("x", tensor)]));
        Assert.Equal(tensor.bytes.ToArray(), file["x"].bytes.ToArray());
    }

    [Fact]
    public void Write_OfViewsAndParameters_StoresWhatTheyShow()
    {
        using var scope = NewDisposeScope();
        var matrix = Arange(12, dtype: ScalarType.Float32).reshape(3, 4);
        using var parameter = new TorchSharp.Modules.Parameter(matrix.clone());
        using var file = Read(Write([("t", matrix.t()), ("column", matrix[TensorIndex.Colon, 1]), ("p", parameter)]));
        Assert.Equal([0f, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], file.Require("t", [4, 3], ScalarType.Float32).data<float>().ToArray());
        Assert.Equal([1f, 5, 9], file["column"].data<float>().ToArray());
        Assert.False(file["p"].requires_grad);
    }

    [Fact]
    public void Write_OfMixedTypes_AlignsEveryTensorAndPadsTheHeaderWithSpaces()
    {
        using var scope = NewDisposeScope();
        var bytes = Write([("flag", tensor(new[] { true })), ("x", zeros(3)), ("n", zeros(1, dtype: ScalarType.Int64)), ("y", zeros(1))]);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        var text = Encoding.UTF8.GetString(bytes, 8, length);
        Assert.StartsWith("{\"__metadata__\":{\"format_version\":\"1\",\"sha256\":\"", text, StringComparison.Ordinal);
        Assert.Equal('}', text.TrimEnd(' ')[^1]);
        using var json = JsonDocument.Parse(text);
        var order = json.RootElement.EnumerateObject().Skip(1).ToArray();
        Assert.Equal(["n", "x", "y", "flag"], order.Select(p => p.Name));
        Assert.Equal([0, 8, 20, 24], order.Select(p => p.Value.GetProperty("data_offsets")[0].GetInt32()));
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytesWhateverTheOrderOfMetadata()
    {
        using var tensor = Arange(5);
        var there = new Dictionary<string, string> { ["b"] = "2", ["a"] = "ü" };
        var back = new Dictionary<string, string> { ["a"] = "ü", ["b"] = "2" };
        var bytes = Write([("x", tensor)], there);
        Assert.Equal(bytes, Write([("x", tensor)], back));
        using var file = Read(bytes);
        Assert.Equal(back, file.Metadata.ToDictionary());
    }

    [Fact]
    public void Write_OfBadNames_SaysSo()
    {
        using var tensor = zeros(1);
        using var complex = zeros(1, dtype: ScalarType.ComplexFloat32);
        Assert.Contains("'x'", Assert.Throws<ArgumentException>(() => Write([("x", tensor), ("x", tensor)])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Write([("__metadata__", tensor)]));
        Assert.Throws<ArgumentException>(() => Write([("c", complex)]));
        Assert.Throws<ArgumentException>(() => Write([("x", tensor)], new() { ["sha256"] = "0" }));
    }

    [Fact]
    public void Read_OfEveryTruncation_SaysTruncatedAndHowMuch()
    {
        var bytes = Sample();
        for (var length = 0; length < bytes.Length; length++)
        {
            var message = Assert.Throws<CheckpointFormatException>(() => Read(bytes[..length]).Dispose()).Message;
            Assert.Contains("truncated", message, StringComparison.Ordinal);
            Assert.Matches(@"\d+", message);
        }
    }

    [Fact]
    public void Read_OfEveryAlteredDataByte_SaysAltered()
    {
        var bytes = Sample();
        var data = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        for (var at = data; at < bytes.Length; at++)
        {
            var altered = (byte[])bytes.Clone();
            altered[at] ^= 0x10;
            var message = Assert.Throws<CheckpointFormatException>(() => Read(altered).Dispose()).Message;
            Assert.Contains("altered", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_OfRandomMutations_ThrowsNothingButFormatErrors()
    {
        var valid = Sample();
        var random = new Random(20260101);
        var refused = 0;
        for (var trial = 0; trial < 4000; trial++)
        {
            try
            {
                Read(Mutate(valid, random)).Dispose();
            }
            catch (CheckpointFormatException)
            {
                refused++;
            }
        }

        // Some mutations only rename a tensor or change the caller's metadata.
        Assert.InRange(refused, 3000, 4000);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "hole")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "overlap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "too long")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}""", "extent")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""", "-4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}""", "4.0")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,4]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", "too many")]
    [InlineData("""{"a":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,9223372036854775807]}}""", "extent")]
    [InlineData("""{"a":{"dtype":"F8","shape":[4],"data_offsets":[0,4]}}""", "known are F64")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "Duplicate")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}}""", "Duplicate")]
    [InlineData("""{"a":{"dtype":"U8","data_offsets":[0,4]}}""", "shape")]
    [InlineData("""{"a":[]}""", "'a'")]
    [InlineData("""{"__metadata__":{"k":1},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "'k'")]
    [InlineData("""{"__metadata__":{"k":"\ud800"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "well-formed")]
    [InlineData("""{"__metadata__":{"format_version":"2"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "update FlowOde")]
    [InlineData("""{"__metadata__":{"format_version":"x"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "'x'")]
    [InlineData("""{"__metadata__":{"sha256":""},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "altered")]
    [InlineData("""{"a":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]}}""", "truth value")]
    [InlineData("""{"a":""", "well-formed")]
    [InlineData("""[1, 2, 3]""", "expected '{'")]
    public void Read_OfAFaultyHeader_NamesTheFault(string json, string expected)
    {
        var message = Assert.Throws<CheckpointFormatException>(() => Read(Raw(json, [9, 8, 7, 6])).Dispose()).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfAHugeHeaderLength_RefusesBeforeItAllocates()
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.MaxValue);
        Assert.Contains("claims", Assert.Throws<CheckpointFormatException>(() => Read(bytes)).Message, StringComparison.Ordinal);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 90_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("truncated", Assert.Throws<CheckpointFormatException>(() => Read(bytes)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Read_OfAForeignFile_LoadsItUnverified()
    {
        // Listed out of order, which the format allows.
        const string json = """{"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";
        using var file = Read(Raw(json, [9, 8, 7, 6]));
        Assert.False(file.Verified);
        Assert.Null(file.FormatVersion);
        Assert.Equal(["a", "b"], file.Names);
        Assert.Equal([7, 6], file["b"].data<byte>().ToArray());
    }

    [Fact]
    public void Require_OfAnotherTensor_SaysWhatWasFoundAndExpected()
    {
        using var tensor = zeros(2, 3);
        using var file = Read(Write([("weight", tensor)]));
        Assert.Contains("it has weight", Message(() => file.Require("bias", [3], ScalarType.Float32)), StringComparison.Ordinal);
        Assert.Contains("F32 [2, 3]; expected F32 [3, 2]", Message(() => file.Require("weight", [3, 2], ScalarType.Float32)), StringComparison.Ordinal);
        Assert.Contains("expected F64 [2, 3]", Message(() => file.Require("weight", [2, 3], ScalarType.Float64)), StringComparison.Ordinal);
        Assert.Null(file.TryGet("bias"));

        static string Message(Func<object> act) => Assert.Throws<CheckpointFormatException>(act).Message;
    }

    [Theory]
    [MemberData(nameof(References))]
    public void Read_OfAFileWrittenByPython_GivesItsTensors(string name)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Reference", name));
        using var file = SafetensorsReader.Read(stream);
        Assert.False(file.Verified);
        Assert.Equal("0", file.Metadata["data_time"]);
        var x = file["x"];
        Assert.Equal(x.shape, file.Require("f", x.shape, ScalarType.Float64).shape);
        using var signs = file["e"].abs();
        using var expected = ones_like(signs);
        Assert.True(signs.allclose(expected));
    }

    private static ReadOnlySpan<byte> Json => "0123456789{}[],:\"\\aeu-."u8;

    private static byte[] Sample()
    {
        using var scope = NewDisposeScope();
        return Write(
            [("weight", Arange(6, dtype: ScalarType.Float64).reshape(2, 3)), ("mask", tensor(new[] { true, false, true })), ("n", tensor(new[] { 5L }))],
            new() { ["kind"] = "sample" });
    }

    private static byte[] Mutate(byte[] valid, Random random)
    {
        var bytes = valid.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            // Half of the changes hit the header, where the parser is.
            var at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Count, 300) : bytes.Count);
            switch (random.Next(9))
            {
                case 0 or 1: bytes[at] = (byte)random.Next(256); break;
                case 2 or 3: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 4 or 5: bytes[at] = Json[random.Next(Json.Length)]; break;
                case 6: bytes.Insert(at, Json[random.Next(Json.Length)]); break;
                case 7: bytes.RemoveAt(at); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Raw(string json, byte[] data)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return [.. prefix, .. header, .. data];
    }

    private static byte[] Write((string Name, Tensor Values)[] tensors, Dictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata ?? _noMetadata);
        return stream.ToArray();
    }

    private static SafetensorsFile Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return SafetensorsReader.Read(stream);
    }
}
