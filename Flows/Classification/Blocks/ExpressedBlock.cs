using FlowOde.Flows.Networks;
using static TorchSharp.torch;

namespace FlowOde.Flows.Classification.Blocks;

/// <summary>f(t, x; θ) as torch operations: a residual block of a network, which is the field of an equation.</summary>
internal abstract class ExpressedBlock
{
    /// <summary>The parameters, in the order of the parts.</summary>
    internal ExpressedParameters Parameters { get; } = new();

    /// <summary>The shape of one row of x and of f.</summary>
    internal abstract IReadOnlyList<long> RowShape { get; }

    /// <summary>Tensors of the size of x that the graph of one evaluation keeps; by this its memory is counted.</summary>
    internal abstract int KeptStates { get; }

    /// <summary>f(t, x; θ), which must change nothing it is given and give each row's result from that row alone.</summary>
    /// <param name="time">t of all rows, [], or of each row, [B].</param>
    /// <param name="state">x, [B, row shape].</param>
    /// <param name="parameters">A tensor for each segment.</param>
    /// <returns>[B, row shape]; belongs to the caller's scope.</returns>
    internal abstract Tensor Express(Tensor time, Tensor state, IReadOnlyList<Tensor> parameters);

    /// <summary>The times as a factor of tensors with this many dimensions.</summary>
    protected static Tensor Broadcast(Tensor time, int dimensions) =>
        time.dim() == 0 ? time : time.view([time.size(0), .. Enumerable.Repeat(1L, dimensions - 1)]);
}
