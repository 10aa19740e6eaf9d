using static TorchSharp.torch;

namespace FlowOde.Solvers.Vectors;

/// <summary>Vectors of one layout that are used again and again in a solve. Not thread-safe.</summary>
/// <param name="layout">Their layout.</param>
/// <param name="dtype">Float32 or Float64.</param>
/// <param name="device">The device.</param>
internal sealed class VectorStock(VectorLayout layout, ScalarType dtype, Device device) : IDisposable
{
    private readonly Stack<FlatVector> _free = new();

    /// <summary>Native memory of a vector with its objects.</summary>
    public long VectorBytes { get; } = TensorFootprint.Of(layout.Length * (dtype == ScalarType.Float32 ? 4 : 8), 1 + layout.Segments.Count);

    /// <summary>A vector that nobody uses, with any content.</summary>
    public FlatVector Rent() => _free.TryPop(out var vector) ? vector : new(layout, dtype, device);

    /// <summary>Takes a vector back.</summary>
    public void Return(FlatVector vector) => _free.Push(vector);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_free.TryPop(out var vector))
        {
            vector.Dispose();
        }
    }
}
