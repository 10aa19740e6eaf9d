using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FlowOde.Solvers.Vectors;

namespace FlowOde.Flows.Layers;

/// <summary>The arithmetic of <see cref="GatedFold"/> on the memory of float32 tensors on the CPU: one pass a layer, nothing allocated.</summary>
internal static unsafe class GatedFoldSpans
{
    /// <summary>Where the segments of one layer begin; null where a kind of layer has none.</summary>
    internal readonly struct Segments
    {
        private readonly FlatVector _vector;
        private readonly GatedLayers _kind;
        private readonly int _layer;
        private readonly int _count;
        private readonly bool _hasShift;

        internal Segments(FlatVector vector, GatedLayers kind, int layer, int count, bool hasShift) =>
            (_vector, _kind, _layer, _count, _hasShift) = (vector, kind, layer, count, hasShift);

        internal float* Weight => At(0);

        internal float* Bias => At(1);

        internal float* GateSlope => _kind.HasGate ? At(GatedLayers.GateKind) : null;

        internal float* GateOffset => _kind.HasGate ? At(GatedLayers.GateKind + 1) : null;

        internal float* Shift => _hasShift ? At(_kind.ShiftKind) : null;

        private float* At(int kind) => Pointer(_vector, (kind * _count) + _layer);
    }

    /// <summary>W(t) and b(t) of one layer, and its gates.</summary>
    internal static void Compute(in Segments layer, float time, int inputs, int outputs, float* intoWeight, nint acrossOutputs, float* intoBias, float* intoGate)
    {
        float* weight = layer.Weight, bias = layer.Bias, slope = layer.GateSlope, offset = layer.GateOffset, shift = layer.Shift;
        for (int o = 0; o < outputs; o++)
        {
            float gate = slope == null ? 1 : 1 / (1 + MathF.Exp(-((slope[o] * time) + offset[o])));
            if (slope != null)
            {
                intoGate[o] = gate;
            }

            intoBias[o] = (bias[o] * gate) + (shift == null ? 0 : shift[o] * time);
            Scale(weight + ((nint)o * inputs), gate, inputs, intoWeight + (o * acrossOutputs));
        }
    }

    /// <summary>Adds a layer's gradient, and gives its part of the cotangent of time, as <see cref="LayerFold.Pullback"/> has them.</summary>
    /// <param name="layer">The parameters.</param>
    /// <param name="time">The time.</param>
    /// <param name="inputs"></param>
    /// <param name="outputs"></param>
    /// <param name="weightCotangent">Of W(t), from output to output <paramref name="acrossOutputs"/> apart, from input to input <paramref name="acrossInputs"/>.</param>
    /// <param name="acrossOutputs"></param>
    /// <param name="acrossInputs"></param>
    /// <param name="biasCotangent">Of b(t).</param>
    /// <param name="gates">The gates of the fold.</param>
    /// <param name="weight">The weight of the gradient.</param>
    /// <param name="gradient">Its segments, or null for none.</param>
    internal static double Pullback(in Segments layer, float time, int inputs, int outputs, float* weightCotangent, nint acrossOutputs, nint acrossInputs, float* biasCotangent, float* gates, float weight, Segments? gradient)
    {
        float* w = layer.Weight, bias = layer.Bias, slope = layer.GateSlope, shift = layer.Shift;
        float* intoWeight = null, intoBias = null, intoSlope = null, intoOffset = null, intoShift = null;
        if (gradient is { } into)
        {
            intoWeight = into.Weight;
            intoBias = into.Bias;
            intoSlope = into.GateSlope;
            intoOffset = into.GateOffset;
            intoShift = into.Shift;
        }

        double byTime = 0;
        for (int o = 0; o < outputs; o++)
        {
            float gate = slope == null ? 1 : gates[o];
            float* cotangent = weightCotangent + (o * acrossOutputs);
            float dot = acrossInputs == 1
                ? AddRow(cotangent, w + ((nint)o * inputs), gate * weight, inputs, intoWeight == null ? null : intoWeight + ((nint)o * inputs))
                : AddColumn(cotangent, acrossInputs, w + ((nint)o * inputs), gate * weight, inputs, intoWeight == null ? null : intoWeight + ((nint)o * inputs));
            float delta = slope == null ? 0 : (dot + (biasCotangent[o] * bias[o])) * gate * (1 - gate);
            byTime += (slope == null ? 0 : delta * slope[o]) + (shift == null ? 0 : biasCotangent[o] * shift[o]);
            if (intoBias == null)
            {
                continue;
            }

            intoBias[o] += weight * gate * biasCotangent[o];
            if (slope != null)
            {
                intoSlope[o] += weight * time * delta;
                intoOffset[o] += weight * delta;
            }

            if (shift != null)
            {
                intoShift[o] += weight * time * biasCotangent[o];
            }
        }

        return byTime;
    }

    /// <summary>The memory of a segment of a vector on the CPU.</summary>
    internal static float* Pointer(FlatVector vector, int segment) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(vector.AsSpan<float>(segment)));

    private static void Scale(float* from, float factor, int count, float* into)
    {
        var f = new Vector<float>(factor);
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Store(Vector.Load(from + i) * f, into + i);
        }

        for (; i < count; i++)
        {
            into[i] = from[i] * factor;
        }
    }

    /// <summary>into += factor · cotangent, and the inner product of cotangent and weights.</summary>
    private static float AddRow(float* cotangent, float* weights, float factor, int count, float* into)
    {
        var (f, sum) = (new Vector<float>(factor), Vector<float>.Zero);
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var c = Vector.Load(cotangent + i);
            sum = Vector.MultiplyAddEstimate(c, Vector.Load(weights + i), sum);
            if (into != null)
            {
                Vector.Store(Vector.MultiplyAddEstimate(c, f, Vector.Load(into + i)), into + i);
            }
        }

        float dot = Vector.Sum(sum);
        return dot + AddColumn(cotangent + i, 1, weights + i, factor, count - i, into == null ? null : into + i);
    }

    private static float AddColumn(float* cotangent, nint across, float* weights, float factor, int count, float* into)
    {
        float dot = 0;
        for (int i = 0; i < count; i++)
        {
            float c = cotangent[i * across];
            dot += c * weights[i];
            if (into != null)
            {
                into[i] += factor * c;
            }
        }

        return dot;
    }
}
