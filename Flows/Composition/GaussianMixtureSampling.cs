using System.Runtime.InteropServices;
using FlowOde.Flows.Randomness;
using static TorchSharp.torch;

namespace FlowOde.Flows.Composition;

/// <summary>Draws rows of a mixture: a component by its weight, then μ + L ε with standard normal ε.</summary>
/// <remarks>Row by row and not as one matrix product, whose rounding would depend on the number of rows.</remarks>
internal static class GaussianMixtureSampling
{
    public static Tensor Sample(GaussianMixtureState state, RandomStream stream, int count, long firstRow)
    {
        using var scope = NewDisposeScope();
        var (weights, means, factors) = (ToArray(state.Weights), ToArray(state.Means), ToArray(state.Cholesky.contiguous()));
        var dim = means.Length / weights.Length;
        var rows = new long[count];
        for (var i = 0; i < count; i++)
        {
            rows[i] = firstRow + i;
        }

        var choices = new double[count];
        var normals = new double[count * dim];
        stream.FillUniform(rows, 1, choices.AsSpan());
        stream.FillNormal(rows, dim, normals.AsSpan());
        var samples = new double[count * dim];
        for (var i = 0; i < count; i++)
        {
            var component = Choose(weights, choices[i]);
            var noise = normals.AsSpan(i * dim, dim);
            for (var j = 0; j < dim; j++)
            {
                var value = means[(component * dim) + j];
                var factor = factors.AsSpan(((component * dim) + j) * dim, j + 1);
                for (var k = 0; k <= j; k++)
                {
                    value += factor[k] * noise[k];
                }

                samples[(i * dim) + j] = value;
            }
        }

        return tensor(samples, [count, dim]).MoveToOuterDisposeScope();
    }

    private static int Choose(double[] weights, double uniform)
    {
        var last = 0;
        for (var component = 0; component < weights.Length; component++)
        {
            if (weights[component] > 0)
            {
                last = component;
                uniform -= weights[component];
                if (uniform < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    private static double[] ToArray(Tensor values) => MemoryMarshal.Cast<byte, double>(values.bytes).ToArray();
}
