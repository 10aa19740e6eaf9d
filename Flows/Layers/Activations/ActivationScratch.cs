using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>Buffers for the time of one call, shared by all tapes of a workspace; all of shape [B, w].</summary>
public sealed class ActivationScratch : IDisposable
{
    /// <summary>Makes the buffers for one width.</summary>
    public ActivationScratch(long rows, long width, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        Tensor Buffer() => zeros(rows, width, dtype: dtype, device: device).DetachFromDisposeScope();
        (Slope, Factor, Sum) = (Buffer(), Buffer(), Buffer());
    }

    /// <summary>For a slope that is not kept.</summary>
    public Tensor Slope { get; }

    /// <summary>For the factor of the second-order term.</summary>
    public Tensor Factor { get; }

    /// <summary>For sums and other intermediate results.</summary>
    public Tensor Sum { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Slope.Dispose();
        Factor.Dispose();
        Sum.Dispose();
    }
}
