using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>Convolutions of stride 1 that keep the size of the image, by zero padding, and their pullbacks without an autograd graph.</summary>
internal static class Convolution
{
    // TorchSharp does not expose this function of libtorch; a compiled script calls it at no cost that can be measured.
    private const string Source = """
        def input_cotangent(cotangent, images, weight, padding: int):
            return torch.convolution_backward(cotangent, images, weight, None, [1, 1], [padding, padding], [1, 1], False, [0, 0], 1, [True, False, False])[0]

        def weight_cotangent(cotangent, images, weight, padding: int):
            return torch.convolution_backward(cotangent, images, weight, None, [1, 1], [padding, padding], [1, 1], False, [0, 0], 1, [False, True, False])[1]

        """;

    private static readonly long[] _stride = [1, 1];
    private static readonly Lazy<jit.CompilationUnit> _pullbacks = new(() => jit.compile(Source));

    /// <summary>The convolution, [rows, out, H, W].</summary>
    /// <param name="images">[rows, in, H, W].</param>
    /// <param name="weight">[out, in, k, k], k odd.</param>
    /// <returns>A new tensor, with the channels of a pixel together where those of <paramref name="images"/> are.</returns>
    internal static Tensor Forward(Tensor images, Tensor weight)
    {
        long padding = Padding(weight);
        return nn.functional.conv2d(images, weight, null, _stride, [padding, padding]);
    }

    /// <summary>The cotangent of the images, [rows, in, H, W], a new tensor.</summary>
    /// <param name="cotangent">Of the convolution, [rows, out, H, W].</param>
    /// <param name="images">[rows, in, H, W]; only its shape matters.</param>
    /// <param name="weight">[out, in, k, k].</param>
    internal static Tensor PullbackImages(Tensor cotangent, Tensor images, Tensor weight) =>
        (Tensor)_pullbacks.Value.invoke("input_cotangent", cotangent, images, weight, Padding(weight));

    /// <summary>The cotangent of the weight, [out, in, k, k], a new tensor.</summary>
    /// <param name="cotangent">Of the convolution, [rows, out, H, W].</param>
    /// <param name="images">[rows, in, H, W].</param>
    /// <param name="weight">[out, in, k, k]; only its shape matters.</param>
    internal static Tensor PullbackWeight(Tensor cotangent, Tensor images, Tensor weight) =>
        (Tensor)_pullbacks.Value.invoke("weight_cotangent", cotangent, images, weight, Padding(weight));

    private static long Padding(Tensor weight) => weight.size(-1) / 2;
}
