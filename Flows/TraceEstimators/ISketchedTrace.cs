using FlowOde.Flows.Randomness;
using static TorchSharp.torch;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>An estimator whose directions depend on the Jacobian where a solve starts: it asks for a few products first, once for the solve.</summary>
public interface ISketchedTrace : ITraceEstimator
{
    /// <summary>The directions of the products that it asks for.</summary>
    /// <param name="rows">The global numbers of the batch's rows.</param>
    /// <param name="dimension">The dimension D.</param>
    /// <param name="stream">The draws.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    /// <returns>S; belongs to the caller.</returns>
    Directions Sketch(ReadOnlySpan<long> rows, long dimension, RandomStream stream, ScalarType dtype, Device device);

    /// <summary>Makes the directions of one solve. They belong to the caller.</summary>
    /// <param name="rows">The global numbers of the batch's rows.</param>
    /// <param name="products">(∂f/∂z)S at the start of the solve, [K, B, D]. Not changed.</param>
    /// <param name="stream">The draws.</param>
    Directions Draw(ReadOnlySpan<long> rows, Tensor products, RandomStream stream);
}
