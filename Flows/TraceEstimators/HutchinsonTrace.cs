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
        var draws = new double[checked(rows.Length * entries)];
        if (_distribution == ProbeDistribution.Rademacher)
        {
            stream.FillRademacher<double>(rows, entries, draws);
        }
        else
        {
            stream.FillNormal<double>(rows, entries, draws);
        }

        using var scope = NewDisposeScope();
        var values = tensor(draws, dtype: ScalarType.Float64).view(rows.Length, _probes, dimension).permute(1, 0, 2).to(dtype).to(device ?? CPU).contiguous();
        return new(values, 1.0 / _probes);
    }

    /// <inheritdoc/>
    public void Read(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor intoRate)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(intoRate);
        using Scalar scale = factor * directions.Weight;
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
    public void Seed(Dual derivative, Directions directions, double factor, Tensor rateCotangent, Dual intoCotangent)
    {
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(rateCotangent);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        using Scalar scale = factor * directions.Weight;
        using var column = rateCotangent.view(1, directions.Rows, 1);
        intoCotangent.Tangents.addcmul_(directions.Values, column, scale);
    }
}
