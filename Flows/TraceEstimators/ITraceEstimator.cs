using TorchSharp;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>Estimates tr(∂f/∂z), the divergence of f, from the products of ∂f/∂z with directions that it states. Immutable.</summary>
/// <remarks>Directions are drawn once per solve, so that the augmented ODE is a function of time (Grathwohl et al. 2019, FFJORD, §3.1).</remarks>
public interface ITraceEstimator : IDualFunctional
{
    /// <summary>Number K of directions for this dimension D.</summary>
    int DirectionCount(long dimension);

    /// <summary>Makes the directions of one solve. They belong to the caller.</summary>
    /// <param name="rows">The global numbers of the batch's rows.</param>
    /// <param name="dimension">The dimension D.</param>
    /// <param name="uniforms">Random numbers; not called where nothing is random.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device; the CPU by default.</param>
    Directions Draw(ReadOnlySpan<long> rows, long dimension, UniformDraws uniforms, torch.ScalarType dtype, torch.Device? device = null);
}
