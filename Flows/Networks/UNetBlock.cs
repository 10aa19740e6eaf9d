using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>A part of a U-Net that keeps the size of the image.</summary>
internal abstract class UNetBlock
{
    /// <summary>The block as an expression.</summary>
    /// <param name="images">[B, channels, height, width].</param>
    /// <param name="embedding">Of time and context, [B, E] or, of all rows, [1, E].</param>
    /// <param name="parameters">Those of the network.</param>
    /// <returns>A new tensor of the caller's scope.</returns>
    internal abstract Tensor Express(Tensor images, Tensor embedding, IReadOnlyList<Tensor> parameters);
}
