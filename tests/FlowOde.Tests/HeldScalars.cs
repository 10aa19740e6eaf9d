using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Tests;

/// <summary>
/// Arithmetic of tensors and numbers whose native scalars live until the call has returned, which those of operators do not (see <see cref="Architecture.ScalarLifetimeTests"/>).
/// </summary>
internal static class HeldScalars
{
    private static readonly Scalar _one = 1;

    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, _one);

    public static Tensor Plus(this Tensor x, double number) => With(number, held => x.add(held, _one));

    public static Tensor Plus(this Tensor x, long number) => With(number, held => x.add(held, _one));

    public static Tensor Minus(this Tensor x, double number) => x.Plus(-number);

    public static Tensor Minus(this Tensor x, long number) => x.Plus(-number);

    public static Tensor Times(this Tensor x, double number) => With(number, held => x.mul(held));

    public static Tensor Times(this Tensor x, long number) => With(number, held => x.mul(held));

    public static Tensor Over(this Tensor x, double number) => With(number, held => x.div(held));

    public static Tensor Modulo(this Tensor x, long number) => With(number, held => x.remainder(held));

    public static Tensor Power(this Tensor x, double exponent) => With(exponent, held => x.pow(held));

    public static Tensor Squared(this Tensor x) => x.Power(2);

    public static Tensor Softplus(Tensor x) => logaddexp(x, zeros_like(x));

    public static Tensor Elu(Tensor x) => expm1(-nn.functional.relu(-x)).Plus(nn.functional.relu(x));

    /// <summary>Adds to a tensor in place.</summary>
    public static Tensor Accumulate(this Tensor x, Tensor y) => x.add_(y, _one);

    /// <summary>Adds to a tensor in place.</summary>
    public static Tensor Shift(this Tensor x, double number) => With(number, held => x.add_(held, _one));

    /// <summary>Multiplies a tensor in place.</summary>
    public static Tensor Scale(this Tensor x, double number) => With(number, held => x.mul_(held));

    /// <summary>Fills a tensor in place.</summary>
    public static Tensor Fill(this Tensor x, double number) => With(number, held => x.fill_(held));

    public static Tensor Arange(long stop, ScalarType dtype = ScalarType.Int64) => Arange(0, stop, 1, dtype);

    public static Tensor Arange(double start, double stop, double step = 1, ScalarType dtype = ScalarType.Int64)
    {
        using Scalar first = start, behind = stop, each = step;
        return arange(first, behind, each, dtype);
    }

    public static Tensor Full(ReadOnlySpan<long> size, double number, ScalarType dtype = ScalarType.Float32)
    {
        using Scalar held = number;
        return full(size, held, dtype);
    }

    public static Tensor FullLike(Tensor x, double number) => With(number, held => full_like(x, held));

    private static Tensor With(double number, Func<Scalar, Tensor> call)
    {
        using Scalar held = number;
        return call(held);
    }

    private static Tensor With(long number, Func<Scalar, Tensor> call)
    {
        using Scalar held = number;
        return call(held);
    }
}
