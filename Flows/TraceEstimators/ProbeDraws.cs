using System.Buffers;
using System.Runtime.InteropServices;
using FlowOde.Flows.Randomness;
using static TorchSharp.torch;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>Draws probes as tensors.</summary>
internal static class ProbeDraws
{
    /// <summary>Probes of rows: a row's are the same in any batch, and fewer of them are the first of more.</summary>
    /// <param name="distribution">The distribution of the entries.</param>
    /// <param name="rows">The global numbers of the rows.</param>
    /// <param name="probes">Number K of probes of a row.</param>
    /// <param name="dimension">Entries D of a probe, at least 1.</param>
    /// <param name="stream">The draws.</param>
    /// <returns>[K, B, D] in float64 on the CPU, not contiguous; in the caller's scope.</returns>
    internal static Tensor Draw(this ProbeDistribution distribution, ReadOnlySpan<long> rows, int probes, long dimension, RandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        int entries = checked((int)(probes * dimension));
        double[] draws = ArrayPool<double>.Shared.Rent(checked(rows.Length * entries));
        try
        {
            var filled = draws.AsSpan(0, rows.Length * entries);
            if (distribution == ProbeDistribution.Rademacher)
            {
                stream.FillRademacher(rows, entries, filled);
            }
            else
            {
                stream.FillNormal(rows, entries, filled);
            }

            using var scope = NewDisposeScope();
            var byRow = empty(rows.Length, probes, dimension, dtype: ScalarType.Float64);
            MemoryMarshal.AsBytes(filled).CopyTo(byRow.bytes);
            return byRow.permute(1, 0, 2).MoveToOuterDisposeScope();
        }
        finally
        {
            ArrayPool<double>.Shared.Return(draws);
        }
    }
}
