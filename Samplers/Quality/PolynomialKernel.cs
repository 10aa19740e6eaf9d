using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Samplers.Quality;

/// <summary>k(x, y) = (x·y/F + 1)^d for F features: it sees the first d moments, and has no bandwidth to choose.</summary>
/// <remarks>With d = 3 the kernel inception distance of Bińkowski et al. 2018 (1801.01401), §4, there on the features of a network that is not ours: numbers do not compare.</remarks>
public sealed class PolynomialKernel : IFeatureKernel
{
    private readonly int _degree;

    /// <summary>Makes a kernel.</summary>
    /// <param name="degree">d, from 1 to 10; 3 by default.</param>
    public PolynomialKernel(int degree = 3)
    {
        _degree = degree is >= 1 and <= 10 ? degree : throw new ArgumentOutOfRangeException(nameof(degree), degree, "A polynomial kernel has a degree from 1 to 10.");
    }

    /// <inheritdoc/>
    public string Name => $"polynomial of degree {_degree}";

    /// <inheritdoc/>
    public Tensor Matrix(Tensor first, Tensor second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        using Scalar scale = 1.0 / first.size(1), one = 1.0, degree = (double)_degree;
        return mm(first, second.t()).mul_(scale).add_(one, one).pow_(degree);
    }
}
