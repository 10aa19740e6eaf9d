using FlowOde.Flows.Networks;
using FlowOde.Tests.Flows.Dynamics;
using static TorchSharp.torch;

namespace FlowOde.Tests.Flows.Networks;

/// <summary>Convolutions in float32 are those in float64, whatever the number of channels and rows: libtorch's are not, on some processors.</summary>
public sealed class ConvolutionTests
{
    private const double Tolerance = 2e-5; // sums of a thousand products in float32

    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 3, 2, 3, 1 }, { 3, 1, 4, 1 }, { 9, 16, 1, 1 }, { 9, 24, 20, 1 }, { 17, 16, 16, 1 }, { 32, 12, 20, 1 }, { 9, 8, 8, 2 }, { 5, 20, 24, 2 }, { 1, 3, 64, 1 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Affine_InFloat32_IsThatOfFloat64UpToSecondDerivatives(int rows, int inputs, int outputs, int stride)
    {
        using var scope = NewDisposeScope();
        var geometry = new ConvGeometry(3, stride, IsTransposed: false);
        var (images, weight, bias) = (Numbers(1, rows, inputs, 8, 8), Numbers(2, outputs, inputs, 3, 3), Numbers(3, outputs));
        var (cotangent, ofImages, ofWeight) = (Numbers(4, rows, outputs, 8 / stride, 8 / stride), Numbers(5, rows, inputs, 8, 8), Numbers(6, outputs, inputs, 3, 3));
        Tensor[] All(ScalarType dtype)
        {
            Tensor[] leaves = [.. new[] { images, weight, bias, cotangent }.Select(leaf => leaf.to(dtype).clone().requires_grad_())];
            var y = Convolution.Affine(leaves[0], leaves[1], leaves[2], geometry);
            var (first, second) = (OracleDerivatives.Vjp(y, leaves[0], leaves[3]), OracleDerivatives.Vjp(y, leaves[1], leaves[3]));
            var sum = (first * ofImages.to(dtype)).sum().Plus((second * ofWeight.to(dtype)).sum());
            return [y, first, second, OracleDerivatives.Vjp(y, leaves[2], leaves[3]), .. OracleDerivatives.Gradients(sum, leaves[0], leaves[1], leaves[3])];
        }

        foreach (var (exact, single) in All(ScalarType.Float64).Zip(All(ScalarType.Float32)))
        {
            AssertClose(exact, single);
        }
    }

    [Theory]
    [InlineData(5, 20, 24, 1, false)]
    [InlineData(9, 4, 3, 2, false)]
    [InlineData(9, 1, 4, 2, false)]
    [InlineData(9, 4, 1, -2, false)]
    [InlineData(5, 20, 24, -2, false)]
    [InlineData(5, 20, 24, 1, true)]
    [InlineData(9, 4, 3, 2, true)]
    [InlineData(9, 4, 1, -2, true)]
    public void Pullbacks_InFloat32_AreThoseOfFloat64(int rows, int inputs, int outputs, int stride, bool together)
    {
        using var scope = NewDisposeScope();
        var geometry = ConvGeometry.Of(stride, 3);
        var images = Numbers(1, rows, inputs, 8, 8);
        var weight = geometry.IsTransposed ? Numbers(2, inputs, outputs, 4, 4) : Numbers(2, outputs, inputs, geometry.KernelSize, geometry.KernelSize);
        var y = Convolution.Forward(images, weight, geometry);
        var cotangent = Numbers(3, [.. y.shape]);
        Tensor[] All(ScalarType dtype)
        {
            var (x, w, c) = (Laid(images.to(dtype)), weight.to(dtype), Laid(cotangent.to(dtype)));
            var (forward, toImages, toWeight) = (zeros_like(c), zeros_like(x), zeros_like(w));
            Convolution.Forward(x, w, geometry, forward);
            Convolution.PullbackImages(c, x, w, geometry, toImages);
            Convolution.PullbackWeight(c, x, w, geometry, toWeight);
            return [forward, toImages, toWeight];
        }

        foreach (var (exact, single) in All(ScalarType.Float64).Zip(All(ScalarType.Float32)))
        {
            AssertClose(exact, single);
        }

        Tensor Laid(Tensor tensor) => together ? tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : tensor;
    }

    private static Tensor Numbers(int seed, params long[] shape) => Arange(shape.Aggregate(1L, (a, b) => a * b), ScalarType.Float64).Times(1 + (0.7 * seed)).Plus(seed).sin().view(shape);

    private static void AssertClose(Tensor exact, Tensor single)
    {
        double error = (exact - single.to(ScalarType.Float64)).abs().max().item<double>(), size = exact.abs().max().item<double>();
        Assert.True(error <= Tolerance * size, $"[{string.Join(", ", exact.shape)}]: off by {error:E1} of {size:E1}");
    }
}
