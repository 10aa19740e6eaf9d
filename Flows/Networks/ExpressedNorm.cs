using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>A norm over groups of channels (Wu, He 2018, 1803.08494).</summary>
/// <param name="Index">The index of its scale among the parameters; that of the shift follows.</param>
/// <param name="Groups">Number of groups.</param>
internal sealed record ExpressedNorm(int Index, long Groups)
{
    internal Tensor Express(Tensor images, IReadOnlyList<Tensor> parameters) =>
        nn.functional.group_norm(images, Groups, parameters[Index], parameters[Index + 1]);
}
