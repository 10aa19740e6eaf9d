using TorchSharp;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>The directions e of the tangents of one solve, with the weight w such that w Σ_k e_k e_kᵀ is the identity, or has it as mean.</summary>
public sealed class Directions : IDisposable
{
    /// <summary>Takes over a tensor.</summary>
    /// <param name="values">The directions, [K, B, D]; not to be changed any more. Disposed with this object.</param>
    /// <param name="weight">The weight w: 1/K for K random directions, 1 for the unit vectors.</param>
    public Directions(torch.Tensor values, double weight)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.dim() != 3)
        {
            throw new ArgumentException($"Directions have the shape [probes, rows, dimension]; these have [{string.Join(", ", values.shape)}].", nameof(values));
        }

        (Values, Weight) = (values.DetachFromDisposeScope(), weight);
        (Count, Rows, Dimension) = (checked((int)values.shape[0]), values.shape[1], values.shape[2]);
    }

    /// <summary>The directions, [K, B, D].</summary>
    public torch.Tensor Values { get; }

    /// <summary>The weight of each direction.</summary>
    public double Weight { get; }

    /// <summary>Number K of directions of a row.</summary>
    public int Count { get; }

    /// <summary>Number B of rows.</summary>
    public long Rows { get; }

    /// <summary>Number D of columns.</summary>
    public long Dimension { get; }

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
