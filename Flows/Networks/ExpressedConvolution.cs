using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>A convolution with a bias.</summary>
/// <param name="Index">The index of its weight among the parameters; that of the bias follows.</param>
/// <param name="Kernel">Height and width of the kernel; odd.</param>
/// <param name="Stride">1 to keep the size of the image, 2 to halve it.</param>
internal sealed record ExpressedConvolution(int Index, long Kernel, long Stride)
{
    private readonly ConvGeometry _geometry = new(Kernel, Stride, IsTransposed: false);

    internal Tensor Express(Tensor images, IReadOnlyList<Tensor> parameters) =>
        Convolution.Affine(images, parameters[Index], parameters[Index + 1], _geometry);
}
