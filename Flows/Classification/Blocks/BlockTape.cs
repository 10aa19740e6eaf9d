using FlowOde.Solvers.Fields;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>The graph of one evaluation of a block.</summary>
/// <param name="bytes">What such a graph keeps, counted by the tensors that the block says it keeps.</param>
internal sealed class BlockTape(long bytes) : FieldTape
{
    internal Tensor? Input { get; set; }

    internal Tensor? Time { get; set; }

    internal Tensor? Output { get; set; }

    internal Tensor? Cotangent { get; private set; }

    internal IReadOnlyList<Tensor> Leaves { get; set; } = [];

    public override long Bytes => bytes;

    internal void SetCotangent(Tensor cotangent)
    {
        Cotangent?.Dispose();
        Cotangent = cotangent.clone().DetachFromDisposeScope();
    }

    internal void Clear()
    {
        foreach (var tensor in new[] { Input, Time, Output, Cotangent }.Concat(Leaves))
        {
            tensor?.Dispose();
        }

        (Input, Time, Output, Cotangent, Leaves) = (null, null, null, null, []);
    }

    public override void Dispose() => Clear();
}
