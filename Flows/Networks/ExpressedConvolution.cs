using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>A convolution with a bias.</summary>
/// <param name="Index">The index of its weight among the parameters; that of the bias follows.</param>
/// <param name="Kernel">Height and width of the kernel; odd where it keeps the size.</param>
/// <param name="Stride">1 to keep the size of the image, 2 to halve it.</param>
/// <param name="IsPadded">Whether zeros are around the image; without them it becomes smaller by the kernel less one pixel.</param>
internal sealed record ExpressedConvolution(int Index, long Kernel, long Stride, bool IsPadded = true)
{
    private readonly ConvGeometry _geometry = IsPadded ? new(Kernel, Stride, IsTransposed: false) : new(Kernel, Stride, IsTransposed: false) { Padding = 0 };

    internal Tensor Express(Tensor images, IReadOnlyList<Tensor> parameters) =>
        Convolution.Affine(images, parameters[Index], parameters[Index + 1], _geometry);
}
