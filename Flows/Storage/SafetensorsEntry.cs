using static TorchSharp.torch;

namespace FlowOde.Flows.Storage;

/// <summary>What a header says of one tensor: its bytes are [Begin, End) of the data section.</summary>
internal sealed record SafetensorsEntry(string Name, ScalarType Dtype, long[] Shape, long Begin, long End)
{
    /// <summary>More dimensions than this no tensor has.</summary>
    public const int MaxDimensions = 64;

    /// <summary>Bytes of a contiguous tensor, or null where the number does not fit in 63 bits, zero-sized dimensions set aside.</summary>
    public static long? ByteCount(ReadOnlySpan<long> shape, ScalarType dtype)
    {
        UInt128 extent = (UInt128)SafetensorsDtype.BytesOf(dtype);
        var empty = false;
        foreach (var length in shape)
        {
            empty |= length == 0;
            extent *= (UInt128)Math.Max(length, 1);
            if (extent > long.MaxValue)
            {
                return null;
            }
        }

        return empty ? 0 : (long)extent;
    }
}
