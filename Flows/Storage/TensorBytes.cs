using static TorchSharp.torch;

namespace FlowOde.Flows.Storage;

/// <summary>The memory of a contiguous CPU tensor in pieces, as a span ends at 2 GiB.</summary>
internal static class TensorBytes
{
    private const long ElementsAtOnce = 1 << 23;

    /// <summary>Does something with one piece.</summary>
    public delegate void Visitor(Span<byte> piece);

    /// <summary>Visits all bytes in order.</summary>
    public static void Visit(Tensor contiguous, Visitor visit)
    {
        using var flat = contiguous.view(-1);
        var count = flat.NumberOfElements;
        for (var from = 0L; from < count; from += ElementsAtOnce)
        {
            using var piece = flat.narrow(0, from, Math.Min(ElementsAtOnce, count - from));
            visit(piece.bytes);
            GC.KeepAlive(piece);
        }
    }
}
