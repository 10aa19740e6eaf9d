using FlowOde.Flows.Layers;
using FlowOde.Flows.Randomness;
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
        using var scope = NewDisposeScope();
        return new(_distribution.Draw(rows, _probes, dimension, stream).to(dtype).to(device ?? CPU).contiguous(), 1.0 / _probes);
    }

    /// <inheritdoc/>
    public void Read(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor intoRate) =>
        QuadraticForm.Read(derivative, directions, factor, scratch, intoRate);

    /// <inheritdoc/>
    public Tensor Express(DualExpression derivative, Directions directions, double factor) => QuadraticForm.Express(derivative, directions, factor);

    /// <inheritdoc/>
    public void Seed(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor rateCotangent, Dual intoCotangent) =>
        QuadraticForm.Seed(directions, factor, scratch, rateCotangent, intoCotangent);
}
