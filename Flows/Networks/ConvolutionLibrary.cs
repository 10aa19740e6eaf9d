using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FlowOde.Flows.Networks;

/// <summary>What libtorch's own convolutions need on the machine at hand, found out once for the process.</summary>
/// <remarks>
/// <para>NNPACK is asked for the few convolutions that oneDNN leaves, those of a single small image. On a processor it does not know it says so on standard error at each of
/// them, thousands of times in a solve; on others it is no faster there. So it is left out; TorchSharp does not expose the switch, which is found by its name in the library.</para>
/// <para>oneDNN 3.7.1, which libtorch 2.10 has inside, computes wrong float32 convolutions on some processors (seen: AMD family 26 in a virtual machine; an error of
/// 40 to 100 %, or NaN) where it reorders images into blocks of 16 channels and their number is no multiple of that; images that have the channels of a pixel together
/// in memory are not reordered. On the way to second derivatives the rows of a batch become such channels. Whether this machine is one of those is seen on one
/// convolution; there, what is missing is added as zeros. Turning oneDNN off would be right as well, and three times slower.</para>
/// </remarks>
internal static unsafe class ConvolutionLibrary
{
    private const long Block = 16;

    private static readonly Lazy<bool> _needsWholeBlocks = new(Prepare);

    /// <summary>Whether sizes of this tensor's kind have to be multiples of a block.</summary>
    /// <param name="tensor">Images or weights.</param>
    internal static bool NeedsWholeBlocks(Tensor tensor) => _needsWholeBlocks.Value && tensor.dtype == ScalarType.Float32 && tensor.device_type == TorchSharp.DeviceType.CPU;

    /// <summary>Weights with zeros behind their channels on both sides, up to whole blocks; themselves where there is nothing to add.</summary>
    /// <param name="weight">[channels, channels, k, k].</param>
    internal static Tensor PaddedWeight(Tensor weight) => Padded(weight, Missing(weight.size(0)), Missing(weight.size(1)));

    /// <summary>Images with channels of zeros behind their own, up to whole blocks, and images of zeros where a graph is made; themselves where there is nothing to add.</summary>
    /// <param name="images">[rows, channels, H, W].</param>
    /// <param name="makesGraph">Whether autograd will differentiate: then rows become channels.</param>
    internal static Tensor PaddedImages(Tensor images, bool makesGraph) => Padded(images, makesGraph ? Missing(images.size(0)) : 0, Missing(images.size(1)));

    private static Tensor Padded(Tensor tensor, long first, long second)
    {
        return first == 0 && second == 0 ? tensor : nn.functional.pad(tensor, [0, 0, 0, 0, 0, second, 0, first]);
    }

    private static long Missing(long size) => (Block - (size % Block)) % Block;

    private static bool Prepare()
    {
        InitializeDeviceType(TorchSharp.DeviceType.CPU);
        string name = OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        if (!OperatingSystem.IsWindows()
            && NativeLibrary.TryLoad(name, typeof(TorchSharp.torch).Assembly, null, out nint library)
            && NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out nint globalContext)
            && NativeLibrary.TryGetExport(library, "_ZN2at7Context20setUserEnabledNNPACKEb", out nint setUserEnabled))
        {
            ((delegate* unmanaged<nint, byte, void>)setUserEnabled)(((delegate* unmanaged<nint>)globalContext)(), 0);
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var images = linspace(-1, 1, 2 * 20 * 6 * 6, ScalarType.Float64).view(2, 20, 6, 6).sin();
        var weight = linspace(-1, 1, 16 * 20 * 3 * 3, ScalarType.Float64).view(16, 20, 3, 3).cos();
        var right = nn.functional.conv2d(images, weight);
        double error = (nn.functional.conv2d(images.to(ScalarType.Float32), weight.to(ScalarType.Float32)).to(ScalarType.Float64) - right).abs().max().item<double>();
        return !(error <= 1e-4 * right.abs().max().item<double>());
    }
}
