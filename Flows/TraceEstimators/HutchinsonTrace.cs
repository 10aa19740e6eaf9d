using System.Buffers;
using System.Runtime.InteropServices;
using FlowOde.Flows.Layers;
using FlowOde.Flows.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>The mean of eᵀ(∂f/∂z)e over K random probes e: unbiased (Hutchinson 1989; Grathwohl et al. 2019, FFJORD, Eq. 7–8).</summary>
public sealed class HutchinsonTrace : ITraceEstimator
{
    private readonly int _probes;
    private readonly ProbeDistribution _distribution;

    /// <summary>Makes an estimator.</summary>
    /// <param name="probes">Number K of probes, at least 1; the variance falls as 1/K.</param>
    /// <param name="distribution">The distribution of the probes' entries; Rademacher by default.</param>
    public HutchinsonTrace(int probes = 1, ProbeDistribution distribution = ProbeDistribution.Rademacher)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(probes, 1);
        (_probes, _distribution) = (probes, distribution);
    }

    /// <inheritdoc/>
    public string Channel => "deltaLogDensity";

    /// <inheritdoc/>
    public int DirectionCount(long dimension) => _probes;

    /// <inheritdoc/>
    public Directions Draw(ReadOnlySpan<long> rows, long dimension, RandomStream stream, ScalarType dtype, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        int entries = checked((int)(_probes * dimension));
        double[] draws = ArrayPool<double>.Shared.Rent(checked(rows.Length * entries));
        try
        {
            var filled = draws.AsSpan(0, rows.Length * entries);
            if (_distribution == ProbeDistribution.Rademacher)
            {
                stream.FillRademacher(rows, entries, filled);
            }
            else
            {
                stream.FillNormal(rows, entries, filled);
            }

            using var scope = NewDisposeScope();
            var byRow = empty(rows.Length, _probes, dimension, dtype: ScalarType.Float64);
            MemoryMarshal.AsBytes(filled).CopyTo(byRow.bytes);
            return new(byRow.permute(1, 0, 2).to(dtype).to(device ?? CPU).contiguous(), 1.0 / _probes);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(draws);
        }
    }

    /// <inheritdoc/>
    public void Read(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor intoRate)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(intoRate);
        var scale = CachedScalars.Of(factor * directions.Weight);
        scratch.Tangents.copy_(derivative.Tangents).mul_(directions.Values);
        intoRate.addmv_(scratch.TangentsByRow, scratch.TangentOnes, 0f, 1f).mul_(scale);
    }

    /// <inheritdoc/>
    public Tensor Express(DualExpression derivative, Directions directions, double factor)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(directions);
        using Scalar scale = factor * directions.Weight;
        return derivative.RequireTangents().mul(directions.Values).sum([0L, 2L]).mul(scale);
    }

    /// <inheritdoc/>
    public void Seed(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor rateCotangent, Dual intoCotangent)
    {
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(rateCotangent);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        var scale = CachedScalars.Of(factor * directions.Weight);
        scratch.Rates.copy_(rateCotangent);
        intoCotangent.Tangents.addcmul_(directions.Values, scratch.RateOfTangents, scale);
    }
}
