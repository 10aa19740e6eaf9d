namespace FlowOde.Flows.Networks;

/// <summary>How a convolution goes over an image: by how many pixels at a time, with how many pixels of zeros around, forward or as the transpose.</summary>
/// <param name="KernelSize">Height and width of the kernel in pixels.</param>
/// <param name="Step">From one place of the kernel to the next, in pixels of the larger image.</param>
/// <param name="IsTransposed">Whether it is the transpose, from the smaller image to the larger; then its weight is [in, out, k, k].</param>
internal sealed record ConvGeometry(long KernelSize, long Step, bool IsTransposed)
{
    private const long SteppedKernelSize = 4; // with a step of 2 and a pixel around, halves and doubles even sizes exactly

    /// <summary>Pixels of zeros around the larger image.</summary>
    /// <value>As many as keep the size at a step of 1 by default.</value>
    internal long Padding { get; init; } = (KernelSize - 1) / 2;

    /// <summary>Whether it keeps the size of images.</summary>
    internal bool KeepsSize => Step == 1 && Padding == (KernelSize - 1) / 2;

    /// <summary>Pixels of the kernel.</summary>
    internal long Area => KernelSize * KernelSize;

    /// <summary>The convolution of a layer of this stride: 1, 2, or −2 for the transpose of 2.</summary>
    /// <param name="stride">The stride.</param>
    /// <param name="kernelSize">Of convolutions that keep the size, odd.</param>
    internal static ConvGeometry Of(int stride, long kernelSize) => stride == 1 ? new(kernelSize, 1, false) : new(SteppedKernelSize, 2, stride < 0);

    /// <summary>The image that it makes, with the number of channels given.</summary>
    /// <exception cref="ArgumentException">It halves an odd height or width.</exception>
    internal ImageShape Output(ImageShape image, long channels)
    {
        if (KeepsSize)
        {
            return new(channels, image.Height, image.Width);
        }

        if (IsTransposed)
        {
            return new(channels, 2 * image.Height, 2 * image.Width);
        }

        return image.Height % 2 == 0 && image.Width % 2 == 0
            ? new(channels, image.Height / 2, image.Width / 2)
            : throw new ArgumentException($"A stride of 2 halves height and width, which are {image.Height} and {image.Width} there: not both even. Use fewer strides of 2, or pad the images.", nameof(image));
    }

    /// <summary>The weight [out, in·area] of a layer, which has a row for each output, as libtorch takes it: [out, in, k, k], transposed [in, out, k, k].</summary>
    internal TorchSharp.torch.Tensor Kernels(TorchSharp.torch.Tensor weight)
    {
        var kernels = weight.view(weight.size(0), -1, KernelSize, KernelSize);
        return IsTransposed ? kernels.transpose(0, 1) : kernels;
    }
}
