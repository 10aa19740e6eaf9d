using FlowOde.Flows.Layers;
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
    public Directions Draw(ReadOnlySpan<long> rows, long dimension, UniformDraws uniforms, ScalarType dtype, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(uniforms);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        int entries = checked((int)(_probes * dimension));
        double[] draws;
        if (_distribution == ProbeDistribution.Rademacher)
        {
            draws = new double[checked(rows.Length * entries)];
            uniforms(rows, entries, draws);
            for (int i = 0; i < draws.Length; i++)
            {
                draws[i] = draws[i] < 0.5 ? -1 : 1;
            }
        }
        else
        {
            draws = Normals(rows, entries, uniforms);
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
    public void Seed(Dual derivative, Directions directions, double factor, Tensor rateCotangent, Dual intoCotangent)
    {
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(rateCotangent);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        using Scalar scale = factor * directions.Weight;
        using var column = rateCotangent.view(1, directions.Rows, 1);
        intoCotangent.Tangents.addcmul_(directions.Values, column, scale);
    }

    /// <summary>Normal numbers by row, two from each pair of uniform ones (Box and Muller 1958).</summary>
    private static double[] Normals(ReadOnlySpan<long> rows, int entries, UniformDraws uniforms)
    {
        int even = entries + (entries % 2);
        double[] pairs = new double[checked(rows.Length * even)], normals = new double[rows.Length * entries];
        uniforms(rows, even, pairs);
        for (int row = 0; row < rows.Length; row++)
        {
            for (int i = 0; i < entries; i++)
            {
                int at = (row * even) + (i & ~1);
                double radius = Math.Sqrt(-2 * Math.Log(pairs[at])), angle = 2 * Math.PI * pairs[at + 1];
                normals[(row * entries) + i] = radius * (i % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle));
            }
        }

        return normals;
    }
}
