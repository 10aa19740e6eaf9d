using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>Convolutions with zero padding, and their transposes, with their pullbacks without an autograd graph.</summary>
/// <remarks>
/// Libtorch has no convolution into memory it is given. Results are therefore made for some images at a time and copied: new tensors for all of
/// them would cost a fifth of the convolutions in page faults (measured, 128 images of 64 × 28 × 28). And those that make images of one channel, or
/// the weights of such, run at a twentieth of the speed of others; here they are, where the size stays, matrix products with the pixels under the kernel. So is the weight of
/// convolutions from one channel: that sum over all pixels is then seven times closer to float64.
/// </remarks>
internal static class Convolution
{
    private const long PieceBytes = 8L << 20; // of 0.5 to 100 MB the fastest, forward and back together

    private static readonly ConcurrentDictionary<ConvGeometry, Lazy<jit.CompilationUnit>> _pullbacks = new();

    /// <summary>The convolution, [rows, out, H, W], a new tensor.</summary>
    /// <param name="images">[rows, in, H, W].</param>
    /// <param name="weight">[out, in, k, k], of transposes [in, out, k, k].</param>
    /// <param name="geometry">How it goes over the images.</param>
    internal static Tensor Forward(Tensor images, Tensor weight, ConvGeometry geometry) => Affine(images, weight, null, geometry);

    /// <summary>The convolution plus a number for each channel, [rows, out, H, W], a new tensor that autograd can differentiate.</summary>
    /// <param name="images">[rows, in, H, W].</param>
    /// <param name="weight">[out, in, k, k], of transposes [in, out, k, k].</param>
    /// <param name="bias">[out], or null for zeros.</param>
    /// <param name="geometry">How it goes over the images.</param>
    internal static Tensor Affine(Tensor images, Tensor weight, Tensor? bias, ConvGeometry geometry)
    {
        if (ConvolutionLibrary.NeedsWholeBlocks(images) && !AreTogether(images, weight))
        {
            bool makesGraph = images.requires_grad || weight.requires_grad;
            var (wholeImages, wholeWeight) = (ConvolutionLibrary.PaddedImages(images, makesGraph), ConvolutionLibrary.PaddedWeight(weight));
            if (!ReferenceEquals(wholeImages, images) || !ReferenceEquals(wholeWeight, weight))
            {
                var whole = Affine(wholeImages, wholeWeight, null, geometry).narrow(0, 0, images.size(0)).narrow(1, 0, weight.size(geometry.IsTransposed ? 1 : 0));
                return bias is null ? whole : whole.add(bias.view(-1, 1, 1), Layers.CachedScalars.One);
            }
        }

        long[] stride = [geometry.Step, geometry.Step], padding = [geometry.Padding, geometry.Padding];
        return geometry.IsTransposed ? nn.functional.conv_transpose2d(images, weight, bias, stride, padding) : nn.functional.conv2d(images, weight, bias, stride, padding);
    }

    /// <summary>The convolution, in place of what was there.</summary>
    /// <param name="images">[rows, in, H, W]; fastest with the channels of a pixel together in memory.</param>
    /// <param name="weight">[out, in, k, k], of transposes [in, out, k, k].</param>
    /// <param name="geometry">How it goes over the images.</param>
    /// <param name="into">Receives the convolution, [rows, out, H, W].</param>
    internal static void Forward(Tensor images, Tensor weight, ConvGeometry geometry, Tensor into)
    {
        if (geometry.KeepsSize && weight.size(0) == 1)
        {
            using var scope = NewDisposeScope();
            Scatter(images, weight.flip(2, 3).permute(0, 2, 3, 1), into);
            return;
        }

        InPieces(into, (first, count) => Forward(images.narrow(0, first, count), weight, geometry));
    }

    /// <summary>The cotangent of the images.</summary>
    /// <param name="cotangent">Of the convolution, [rows, out, H, W].</param>
    /// <param name="images">[rows, in, H, W]; only its shape and order in memory matter.</param>
    /// <param name="weight">[out, in, k, k], of transposes [in, out, k, k].</param>
    /// <param name="geometry">How it goes over the images.</param>
    /// <param name="into">Receives the cotangent, [rows, in, H, W].</param>
    internal static void PullbackImages(Tensor cotangent, Tensor images, Tensor weight, ConvGeometry geometry, Tensor into)
    {
        if (geometry.KeepsSize && weight.size(1) == 1)
        {
            using var scope = NewDisposeScope();
            Scatter(cotangent, weight.permute(1, 2, 3, 0), into);
            return;
        }

        InPieces(into, (first, count) =>
        {
            var (ofPiece, piece) = (cotangent.narrow(0, first, count), images.narrow(0, first, count));
            return ConvolutionLibrary.NeedsWholeBlocks(images) && !AreTogether(images, weight)
                ? ((Tensor)Pullbacks(geometry).invoke("input_cotangent", ConvolutionLibrary.PaddedImages(ofPiece, false), ConvolutionLibrary.PaddedImages(piece, false), ConvolutionLibrary.PaddedWeight(weight))).narrow(1, 0, images.size(1))
                : (Tensor)Pullbacks(geometry).invoke("input_cotangent", ofPiece, piece, weight);
        });
    }

    /// <summary>The cotangent of the weight.</summary>
    /// <param name="cotangent">Of the convolution, [rows, out, H, W].</param>
    /// <param name="images">[rows, in, H, W].</param>
    /// <param name="weight">[out, in, k, k], of transposes [in, out, k, k]; only its shape matters.</param>
    /// <param name="geometry">How it goes over the images.</param>
    /// <param name="into">Receives the cotangent, in the shape of the weight.</param>
    internal static void PullbackWeight(Tensor cotangent, Tensor images, Tensor weight, ConvGeometry geometry, Tensor into)
    {
        using var scope = NewDisposeScope();
        if (geometry.KeepsSize && weight.size(0) == 1)
        {
            into.copy_(Gather(cotangent, images, weight.size(-1)).flip(1, 2).unsqueeze(0));
            return;
        }

        if (geometry.KeepsSize && weight.size(1) == 1)
        {
            into.copy_(Gather(images, cotangent, weight.size(-1)).unsqueeze(1));
            return;
        }

        into.copy_(ConvolutionLibrary.NeedsWholeBlocks(images) && !AreTogether(images, weight)
            ? ((Tensor)Pullbacks(geometry).invoke("weight_cotangent", ConvolutionLibrary.PaddedImages(cotangent, false), ConvolutionLibrary.PaddedImages(images, false), ConvolutionLibrary.PaddedWeight(weight))).narrow(0, 0, weight.size(0)).narrow(1, 0, weight.size(1))
            : (Tensor)Pullbacks(geometry).invoke("weight_cotangent", cotangent, images, weight));
    }

    /// <summary>
    /// libtorch's own pullbacks, which TorchSharp does not expose; a compiled script calls them at no cost that can be measured. The geometry is written into the script, as numbers
    /// among the arguments would be native scalars that the garbage collector may free while the call reads them.
    /// </summary>
    private static jit.CompilationUnit Pullbacks(ConvGeometry geometry) => _pullbacks.GetOrAdd(geometry, static key => new(() => jit.compile($"""
        def input_cotangent(cotangent, images, weight):
            return torch.convolution_backward(cotangent, images, weight, None, {Places(key)}, [True, False, False])[0]

        def weight_cotangent(cotangent, images, weight):
            return torch.convolution_backward(cotangent, images, weight, None, {Places(key)}, [False, True, False])[1]

        """))).Value;

    /// <summary>Whether the channels of a pixel lie together in memory on both sides, without a doubt: of a single channel libtorch cannot tell.</summary>
    private static bool AreTogether(Tensor images, Tensor weight) => !images.requires_grad && !weight.requires_grad && images.size(1) > 1 && images.stride(1) == 1 && weight.size(0) > 1 && weight.size(1) > 1;

    private static string Places(ConvGeometry geometry) =>
        $"[{geometry.Step}, {geometry.Step}], [{geometry.Padding}, {geometry.Padding}], [1, 1], {(geometry.IsTransposed ? "True" : "False")}, [0, 0], 1";

    /// <summary>Adds, around each pixel, a kernel of numbers that is a linear map of its channels.</summary>
    /// <param name="images">[rows, channels, H, W].</param>
    /// <param name="kernel">The map, [1, k, k, channels].</param>
    /// <param name="into">Receives the sums, [rows, 1, H, W].</param>
    private static void Scatter(Tensor images, Tensor kernel, Tensor into)
    {
        long k = kernel.size(1), rows = images.size(0), height = images.size(2), width = images.size(3);
        var patches = mm(kernel.reshape(k * k, -1), Pixels(images).t()).view(k * k, rows, height * width).transpose(0, 1);
        into.copy_(nn.functional.fold(patches, (height, width), (k, k), (1, 1), (k / 2, k / 2)));
    }

    /// <summary>Sums, over pixels, of each channel with the pixels around in an image of one channel, [channels, k, k].</summary>
    private static Tensor Gather(Tensor oneChannel, Tensor images, long k)
    {
        var patches = nn.functional.unfold(oneChannel, (k, k), (1, 1), (k / 2, k / 2)).transpose(0, 1).reshape(k * k, -1);
        return mm(patches, Pixels(images)).view(k, k, -1).permute(2, 0, 1);
    }

    /// <summary>The channels of each pixel, [rows·H·W, channels].</summary>
    private static Tensor Pixels(Tensor images) => images.permute(0, 2, 3, 1).reshape(-1, images.size(1));

    private static void InPieces(Tensor into, Func<long, long, Tensor> piece)
    {
        // Pieces of nearly equal size: libtorch takes a slower way for a single small image that is left over.
        long rows = into.size(0), pieces = Math.Min(rows, (into.NumberOfElements * into.ElementSize / PieceBytes) + 1);
        for (long i = 0; i < pieces; i++)
        {
            using var scope = NewDisposeScope();
            long first = rows * i / pieces, count = (rows * (i + 1) / pieces) - first;
            into.narrow(0, first, count).copy_(piece(first, count));
        }
    }
}
