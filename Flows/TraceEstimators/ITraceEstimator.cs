using FlowOde.Flows.Randomness;
using TorchSharp;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>Estimates tr(∂f/∂z), the divergence of f, from the products of ∂f/∂z with directions that it states. Immutable.</summary>
/// <remarks>Directions are drawn once per solve, so that the augmented ODE is a function of time (Grathwohl et al. 2019, FFJORD, §3.1).</remarks>
public interface ITraceEstimator : IDualFunctional
{
    /// <summary>Number K of directions for this dimension D.</summary>
    int DirectionCount(long dimension);

    /// <summary>
    /// The most bytes of tangents that an evaluation may hold at a time, greater than 0; null for all directions at once. Beyond it the directions go
    /// through the network in chunks, one behind the other, which leaves no tape: such an estimator serves scoring, not gradients. Then the estimate has
    /// to be w Σ e·(∂f/∂z)e over the directions with their weight.
    /// </summary>
    long? ChunkBytes => null;

    /// <summary>Makes the directions of one solve. They belong to the caller.</summary>
    /// <param name="rows">The global numbers of the batch's rows.</param>
    /// <param name="dimension">The dimension D.</param>
    /// <param name="stream">The draws; not read where nothing is random.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device; the CPU by default.</param>
    Directions Draw(ReadOnlySpan<long> rows, long dimension, RandomStream stream, torch.ScalarType dtype, torch.Device? device = null);
}
