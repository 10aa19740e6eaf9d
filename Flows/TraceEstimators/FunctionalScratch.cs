using static TorchSharp.torch;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>Buffers for what functionals of a dual compute on the way; of one workspace.</summary>
public sealed class FunctionalScratch : IDisposable
{
    /// <summary>Makes the buffers.</summary>
    /// <param name="rows">Number of rows B.</param>
    /// <param name="tangents">Number of tangents K.</param>
    /// <param name="dimension">Number of columns D.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">The device.</param>
    public FunctionalScratch(long rows, int tangents, long dimension, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        TangentsByRow = zeros(rows, tangents * dimension, dtype: dtype, device: device).DetachFromDisposeScope();
        Tangents = TangentsByRow.view(rows, tangents, dimension).permute(1, 0, 2).DetachFromDisposeScope();
        Values = zeros(rows, dimension, dtype: dtype, device: device).DetachFromDisposeScope();
        TangentOnes = ones(tangents * dimension, dtype: dtype, device: device).DetachFromDisposeScope();
        ValueOnes = ones(dimension, dtype: dtype, device: device).DetachFromDisposeScope();
        Rates = zeros(rows, dtype: dtype, device: device).DetachFromDisposeScope();
        RateColumn = Rates.view(rows, 1).DetachFromDisposeScope();
        RateOfTangents = Rates.view(1, rows, 1).DetachFromDisposeScope();
    }

    /// <summary>A number for each of a dual's tangents, [K, B, D].</summary>
    public Tensor Tangents { get; }

    /// <summary>The same memory, [B, K·D].</summary>
    public Tensor TangentsByRow { get; }

    /// <summary>A number for each of a dual's values, [B, D].</summary>
    public Tensor Values { get; }

    /// <summary>Ones, [K·D]: a sum over tangents and columns is a product with them.</summary>
    public Tensor TangentOnes { get; }

    /// <summary>Ones, [D].</summary>
    public Tensor ValueOnes { get; }

    /// <summary>A number for each row, [B].</summary>
    public Tensor Rates { get; }

    /// <summary>The same memory, [B, 1], beside a dual's values.</summary>
    public Tensor RateColumn { get; }

    /// <summary>The same memory, [1, B, 1], beside a dual's tangents.</summary>
    public Tensor RateOfTangents { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Tangents.Dispose();
        TangentsByRow.Dispose();
        Values.Dispose();
        TangentOnes.Dispose();
        ValueOnes.Dispose();
        RateColumn.Dispose();
        RateOfTangents.Dispose();
        Rates.Dispose();
    }
}
