using FlowOde.Flows.Layers;
using FlowOde.Flows.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.TraceEstimators;

/// <summary>tr(∂f/∂z) without error: the directions are the D unit vectors, at D times the cost of one probe; of a bottleneck as many as it has numbers.</summary>
public sealed class ExactTrace : ITraceEstimator
{
    /// <inheritdoc/>
    public string Channel => "deltaLogDensity";

    /// <inheritdoc/>
    /// <value>Null by default. For scores of many columns some 256 MB: the D directions then go in chunks, to the same trace within round-off.</value>
    public long? ChunkBytes
    {
        get;
        init => field = value is null or > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The bytes of a chunk of directions must be positive; null for all directions at once.");
    }

    /// <inheritdoc/>
    public int DirectionCount(long dimension) => checked((int)dimension);

    /// <inheritdoc/>
    /// <remarks>All rows share the memory of one D × D identity.</remarks>
    public Directions Draw(ReadOnlySpan<long> rows, long dimension, RandomStream stream, ScalarType dtype, Device? device = null)
    {
        using var scope = NewDisposeScope();
        return new(eye(dimension, dtype: dtype, device: device).unsqueeze(1).expand(dimension, rows.Length, dimension), 1);
    }

    /// <inheritdoc/>
    public void Read(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor intoRate)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(intoRate);
        if (derivative.TangentCount != derivative.Width)
        {
            QuadraticForm.Read(derivative, directions, factor, scratch, intoRate); // the unit vectors of a bottleneck
            return;
        }

        var scale = CachedScalars.Of(factor);
        intoRate.addmv_(scratch.Values.copy_(derivative.Diagonal), scratch.ValueOnes, 0f, 1f).mul_(scale);
    }

    /// <inheritdoc/>
    public Tensor Express(DualExpression derivative, Directions directions, double factor)
    {
        ArgumentNullException.ThrowIfNull(derivative);
        using Scalar scale = factor;
        return derivative.RequireTangents().diagonal(0, 0, 2).sum([1L]).mul(scale);
    }

    /// <inheritdoc/>
    public void Seed(Dual derivative, Directions directions, double factor, FunctionalScratch scratch, Tensor rateCotangent, Dual intoCotangent)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(rateCotangent);
        ArgumentNullException.ThrowIfNull(intoCotangent);
        if (intoCotangent.TangentCount != intoCotangent.Width)
        {
            QuadraticForm.Seed(directions, factor, scratch, rateCotangent, intoCotangent);
            return;
        }

        var scale = CachedScalars.Of(factor);
        scratch.Rates.copy_(rateCotangent);
        intoCotangent.Diagonal.add_(scratch.RateColumn, scale);
    }
}
