using FlowOde.Solvers.Vectors;
using static TorchSharp.torch;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>What one evaluation of one activation leaves for its pullback.</summary>
public sealed unsafe class ActivationTape : IDisposable
{
    /// <summary>Makes a tape.</summary>
    /// <param name="output">Holds the inputs, then, in place, the outputs; belongs to the caller.</param>
    /// <param name="scratch">Buffers of the workspace, for the width of the output; belong to the caller.</param>
    /// <param name="keeps">What is kept besides the output.</param>
    public ActivationTape(Dual output, ActivationScratch scratch, ActivationKeeps keeps)
    {
        ArgumentNullException.ThrowIfNull(output);
        (Output, Scratch) = (output, scratch);
        var like = output.Values;
        using var scope = NewDisposeScope();
        Tensor? Buffer(ActivationKeeps kept, params long[] shape) => keeps.HasFlag(kept) && shape[0] > 0
            ? zeros(shape, dtype: like.dtype, device: like.device).DetachFromDisposeScope()
            : null;
        Slope = Buffer(ActivationKeeps.Slope, output.Rows, output.Width);
        Values = Buffer(ActivationKeeps.Values, output.Rows, output.Width);
        Curvature = output.TangentCount == 0 ? null : Buffer(ActivationKeeps.Curvature, output.Rows, output.Width);
        Tangents = Buffer(ActivationKeeps.Tangents, output.TangentCount, output.Rows, output.Width);
        Tangent = Tangents is null ? output.Tangent : [.. Enumerable.Range(0, output.TangentCount).Select(k => Tangents.select(0, k).DetachFromDisposeScope())];
        if (output.Memory != null)
        {
            SlopeMemory = Memory(Slope);
            CurvatureMemory = Memory(Curvature);
            TangentMemory = Memory(Tangents);
        }
    }

    /// <summary>Inputs, then outputs: [B, w] values and [K, B, w] tangents.</summary>
    public Dual Output { get; }

    /// <summary>Buffers for the time of a call.</summary>
    public ActivationScratch Scratch { get; }

    /// <summary>The slope φ'(a), [B, w], where it is kept.</summary>
    public Tensor? Slope { get; }

    /// <summary>φ''(a), [B, w], where it is kept and there are tangents.</summary>
    public Tensor? Curvature { get; }

    /// <summary>The tangents of the inputs, [K, B, w], where they are kept.</summary>
    public Tensor? Tangents { get; }

    /// <summary>The inputs, [B, w], where they are kept.</summary>
    public Tensor? Values { get; }

    /// <summary>Native memory besides the output's, in bytes, with the tensors' own objects.</summary>
    public long Footprint => new[] { Slope, Curvature, Tangents, Values }.Sum(t => t is null ? 0 : TensorFootprint.Of(t.NumberOfElements * t.ElementSize, ReferenceEquals(t, Tangents) ? 1 + Tangent.Count : 1));

    /// <summary>The tangents that the second-order term multiplies, [B, w] each: the inputs' where kept, else the outputs'.</summary>
    internal IReadOnlyList<Tensor> Tangent { get; }

    internal float* SlopeMemory { get; }

    internal float* CurvatureMemory { get; }

    internal float* TangentMemory { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tangents is null ? [] : Tangent)
        {
            tensor.Dispose();
        }

        Slope?.Dispose();
        Curvature?.Dispose();
        Tangents?.Dispose();
        Values?.Dispose();
    }

    private static float* Memory(Tensor? tensor) => tensor is null ? null : (float*)Dual.NativeMemory(tensor);
}
