using TorchSharp;

namespace FlowOde.Samplers.Quality;

/// <summary>A positive definite kernel k(x, y) of rows of features. Immutable.</summary>
public interface IFeatureKernel
{
    /// <summary>What it is, with its numbers.</summary>
    string Name { get; }

    /// <summary>k of each row with each other.</summary>
    /// <param name="first">[M, F], float64.</param>
    /// <param name="second">[N, F], float64.</param>
    /// <returns>[M, N], a new tensor; temporaries stay in the caller's scope.</returns>
    torch.Tensor Matrix(torch.Tensor first, torch.Tensor second);
}
