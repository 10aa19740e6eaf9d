using FlowOde.Data.Randomness;

namespace FlowOde.Data.ToyDensities;

/// <summary>A density on the plane that can be sampled, and evaluated where an exact form is known.</summary>
/// <remarks>Immutable and safe to share between threads.</remarks>
public interface IToyDensity
{
    /// <summary>The name it is asked for by.</summary>
    string Name { get; }

    /// <summary>One line: what it looks like.</summary>
    string Description { get; }

    /// <summary>The part of the plane worth drawing; all but a sliver of the mass lies in it.</summary>
    PlaneBounds Bounds { get; }

    /// <summary>How <see cref="LogDensity"/> is computed.</summary>
    DensityForm Form { get; }

    /// <summary>Whether <see cref="LogDensity"/> may be called.</summary>
    bool HasExactDensity { get; }

    /// <summary>−E[log p], nats, the lowest mean negative log-likelihood a model can expect; <see langword="null"/> if unknown. Computed on first use.</summary>
    double? Entropy { get; }

    /// <summary>Draws samples. Sample i uses the same number of draws as every other, so the first n samples of a seed do not depend on <paramref name="count"/>.</summary>
    /// <param name="source">The only source of chance.</param>
    /// <param name="count">Number of samples, 0 or more.</param>
    /// <param name="into">Receives the samples, [count, 2], row by row.</param>
    /// <exception cref="ArgumentException"><paramref name="into"/> does not hold exactly 2·<paramref name="count"/> numbers.</exception>
    void Sample(IUniformSource source, int count, Span<double> into);

    /// <summary>log p(x, y).</summary>
    /// <param name="x">Horizontal position.</param>
    /// <param name="y">Vertical position.</param>
    /// <returns>Nats; −∞ where the density is 0.</returns>
    /// <exception cref="NotSupportedException"><see cref="HasExactDensity"/> is <see langword="false"/>.</exception>
    double LogDensity(double x, double y);
}
