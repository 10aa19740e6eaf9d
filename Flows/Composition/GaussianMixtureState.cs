using FlowOde.Flows.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>Parameters of a mixture in the form that evaluates fastest; float64 on the CPU. Owns its tensors.</summary>
internal sealed class GaussianMixtureState : IDisposable
{
    private static readonly Scalar _half = 0.5;
    private static readonly Scalar _minusHalf = -0.5;

    /// <summary>Prepares weights [components], means [components, dim] and positive definite covariances [components, dim, dim]; keeps copies.</summary>
    public GaussianMixtureState(Tensor weights, Tensor means, Tensor covariances)
    {
        using var scope = NewDisposeScope();
        Weights = weights.clone().DetachFromDisposeScope();
        Means = means.clone().DetachFromDisposeScope();
        Covariances = covariances.add(covariances.mT, CachedScalars.One).mul_(_half).DetachFromDisposeScope();
        Cholesky = linalg.cholesky(Covariances).DetachFromDisposeScope();
        var identity = eye(means.shape[1], dtype: ScalarType.Float64).expand(Covariances.shape);
        Whitening = linalg.solve_triangular(Cholesky, identity, upper: false).contiguous().DetachFromDisposeScope();

        // log π − Σ log L_jj − (D/2) log 2π
        using Scalar normalizer = means.shape[1] * 0.5 * Math.Log(Math.Tau);
        var logVolume = Cholesky.diagonal(0, 1, 2).log().sum(1);
        LogScales = weights.log().sub_(logVolume).sub_(normalizer).unsqueeze_(1).DetachFromDisposeScope();
    }

    /// <summary>π, [components].</summary>
    public Tensor Weights { get; }

    /// <summary>μ, [components, dim].</summary>
    public Tensor Means { get; }

    /// <summary>Σ, symmetric, [components, dim, dim].</summary>
    public Tensor Covariances { get; }

    /// <summary>L with Σ = L L⊤, lower triangular, [components, dim, dim].</summary>
    public Tensor Cholesky { get; }

    /// <summary>L⁻¹, [components, dim, dim].</summary>
    public Tensor Whitening { get; }

    /// <summary>Logarithm of each component's weighted density at its mean, [components, 1].</summary>
    public Tensor LogScales { get; }

    /// <summary>log π_k + log N(x; μ_k, Σ_k), [components, points], of points whose columns are [dim, points]; each component about its own mean.</summary>
    public Tensor JointLogDensity(Tensor columns)
    {
        using var scope = NewDisposeScope();
        var differences = columns.unsqueeze(0).sub(Means.unsqueeze(2));
        var whitened = Whitening.bmm(differences);
        return whitened.mul_(whitened).sum(1).mul_(_minusHalf).add_(LogScales, CachedScalars.One).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Weights.Dispose();
        Means.Dispose();
        Covariances.Dispose();
        Cholesky.Dispose();
        Whitening.Dispose();
        LogScales.Dispose();
    }
}
