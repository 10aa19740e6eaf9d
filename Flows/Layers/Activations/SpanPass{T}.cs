using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace FlowOde.Flows.Layers.Activations;

/// <summary>The pass over spans for one function.</summary>
/// <remarks>
/// Widths need not be a multiple of the register: the last register of a row then reaches back over lanes already done, and a mask
/// leaves those as they are.
/// </remarks>
internal sealed unsafe class SpanPass<TFunction> : SpanPass
    where TFunction : struct, ISpanFunction
{
    private static bool KeepsSlope => (TFunction.Keeps & ActivationKeeps.Slope) != 0;

    private static bool KeepsCurvature => (TFunction.Keeps & ActivationKeeps.Curvature) != 0;

    private static bool KeepsTangents => (TFunction.Keeps & ActivationKeeps.Tangents) != 0;

    internal override void Forward(torch.Tensor bias, ActivationTape tape)
    {
        int lanes = Vector<float>.Count, width = (int)tape.Output.Width, tangents = tape.Output.TangentCount;
        int whole = width - (width % lanes);
        long block = tape.Output.Rows * width;
        float* b = (float*)Dual.NativeMemory(bias), h = tape.Output.Memory, s = tape.SlopeMemory, c = tape.CurvatureMemory, d = tape.TangentMemory;
        var fresh = Fresh(width - whole);
        for (long row = 0; row < block; row += width)
        {
            for (int j = 0; j < whole; j += lanes)
            {
                ForwardAt(row + j, Vector.Load(b + j), h, s, c, d, block, tangents, fresh, masked: false);
            }

            if (whole < width)
            {
                ForwardAt(row + width - lanes, Vector.Load(b + width - lanes), h, s, c, d, block, tangents, fresh, masked: true);
            }
        }

        GC.KeepAlive(bias);
        GC.KeepAlive(tape);
    }

    internal override void Pullback(ActivationTape tape, Dual intoCotangent)
    {
        int lanes = Vector<float>.Count, tangents = tape.Output.TangentCount;
        long block = tape.Output.Rows * tape.Output.Width, whole = block - (block % lanes);
        float* h = tape.Output.Memory, s = tape.SlopeMemory, c = tape.CurvatureMemory, eta = intoCotangent.Memory;
        float* d = KeepsTangents ? tape.TangentMemory : h + block;
        var fresh = Fresh((int)(block - whole));
        for (long at = 0; at < whole; at += lanes)
        {
            PullbackAt(at, h, s, c, d, eta, block, tangents, fresh, masked: false);
        }

        if (whole < block)
        {
            PullbackAt(block - lanes, h, s, c, d, eta, block, tangents, fresh, masked: true);
        }

        GC.KeepAlive(tape);
        GC.KeepAlive(intoCotangent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardAt(long at, Vector<float> bias, float* h, float* s, float* c, float* d, long block, int tangents, Vector<float> fresh, bool masked)
    {
        TFunction.Evaluate(Vector.Load(h + at) + bias, out var value, out var slope, out var curvature);
        Store(value, h + at, fresh, masked);
        if (KeepsSlope)
        {
            Store(slope, s + at, fresh, masked);
        }

        if (KeepsCurvature && c != null)
        {
            Store(curvature, c + at, fresh, masked);
        }

        for (int k = 0; k < tangents; k++)
        {
            float* tangent = h + ((k + 1) * block) + at;
            var inner = Vector.Load(tangent);
            if (KeepsTangents)
            {
                Store(inner, d + (k * block) + at, fresh, masked);
            }

            Store(inner * slope, tangent, fresh, masked);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PullbackAt(long at, float* h, float* s, float* c, float* d, float* eta, long block, int tangents, Vector<float> fresh, bool masked)
    {
        var keptSlope = KeepsSlope ? Vector.Load(s + at) : default;
        var keptCurvature = KeepsCurvature && c != null ? Vector.Load(c + at) : default;
        TFunction.Factors(Vector.Load(h + at), keptSlope, keptCurvature, out var slope, out var factor);
        var sum = Vector<float>.Zero;
        for (int k = 0; k < tangents; k++)
        {
            float* tangent = eta + ((k + 1) * block) + at;
            var cotangent = Vector.Load(tangent);
            sum = Vector.MultiplyAddEstimate(cotangent, Vector.Load(d + (k * block) + at), sum);
            Store(cotangent * slope, tangent, fresh, masked);
        }

        Store(Vector.MultiplyAddEstimate(Vector.Load(eta + at), slope, factor * sum), eta + at, fresh, masked);
    }

    /// <summary>All bits in the last lanes, which are the ones not done yet.</summary>
    private static Vector<float> Fresh(int count)
    {
        Span<float> lanes = stackalloc float[Vector<float>.Count];
        lanes.Clear();
        lanes[^count..].Fill(BitConverter.Int32BitsToSingle(-1));
        return new(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<float> value, float* into, Vector<float> fresh, bool masked) =>
        Vector.Store(masked ? Vector.ConditionalSelect(fresh, value, Vector.Load(into)) : value, into);
}
