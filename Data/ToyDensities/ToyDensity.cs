using FlowOde.Data.Randomness;

namespace FlowOde.Data.ToyDensities;

/// <summary>What the toys share: the sampling loop and an entropy computed once, when asked for.</summary>
internal abstract class ToyDensity : IToyDensity
{
    private readonly Lazy<double> _entropy;

    private protected ToyDensity() => _entropy = new(ComputeEntropy);

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string Description { get; }

    /// <inheritdoc/>
    public abstract PlaneBounds Bounds { get; }

    /// <inheritdoc/>
    public abstract DensityForm Form { get; }

    /// <inheritdoc/>
    public bool HasExactDensity => true;

    /// <inheritdoc/>
    public double? Entropy => _entropy.Value;

    /// <inheritdoc/>
    public void Sample(IUniformSource source, int count, Span<double> into)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (into.Length != 2L * count)
        {
            throw new ArgumentException($"{count} samples of {Name} need room for {2L * count} numbers, found {into.Length}.", nameof(into));
        }

        for (var i = 0; i < count; i++)
        {
            (into[2 * i], into[(2 * i) + 1]) = Draw(source);
        }
    }

    /// <inheritdoc/>
    public abstract double LogDensity(double x, double y);

    /// <summary>One sample; always the same number of draws.</summary>
    private protected abstract (double X, double Y) Draw(IUniformSource source);

    /// <summary>−E[log p], nats.</summary>
    private protected abstract double ComputeEntropy();

    /// <summary>A uniform choice among 0 … <paramref name="count"/> − 1.</summary>
    private protected static int Choose(IUniformSource source, int count) => (int)(source.NextUniform() * count);

    /// <summary>log of an isotropic normal density on the plane at a squared distance from its centre.</summary>
    private protected static double LogNormal(double squaredDistance, double deviation) =>
        (-0.5 * squaredDistance / (deviation * deviation)) - Math.Log(2 * Math.PI * deviation * deviation);
}
