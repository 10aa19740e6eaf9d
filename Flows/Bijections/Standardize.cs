using static TorchSharp.torch;

namespace FlowOde.Flows.Bijections;

/// <summary>z = (x − mean) / scale, column by column: the first map of every model, so that scores are in units of the user's file.</summary>
public sealed class Standardize
{
    private readonly double[] _mean;
    private readonly double[] _scale;

    /// <summary>Sets means and scales.</summary>
    /// <param name="mean">A mean for each column, in data units.</param>
    /// <param name="scale">A positive finite scale for each column, in data units.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a value is not usable.</exception>
    public Standardize(double[] mean, double[] scale)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(scale);
        if (mean.Length != scale.Length || mean.Any(m => !double.IsFinite(m)) || scale.Any(s => !(s > 0) || !double.IsFinite(s)))
        {
            throw new ArgumentException($"Standardisation needs a finite mean and a positive finite scale for each column; got means [{string.Join(", ", mean)}] and scales [{string.Join(", ", scale)}].");
        }

        (_mean, _scale) = ([.. mean], [.. scale]);
    }

    /// <summary>The means, in data units.</summary>
    public IReadOnlyList<double> Mean => _mean;

    /// <summary>The scales, in data units.</summary>
    public IReadOnlyList<double> Scale => _scale;

    /// <summary>log p of a standardised row minus log p of the row: Σ log scale, in nats, the same for all rows.</summary>
    public double DeltaLogDensity => _scale.Sum(Math.Log);

    /// <summary>Data to standardised units.</summary>
    /// <param name="data">[batch, dimension].</param>
    /// <returns>A new tensor of the same type; belongs to the caller.</returns>
    public Tensor Forward(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var scope = NewDisposeScope();
        return ((data - Row(_mean, data)) / Row(_scale, data)).MoveToOuterDisposeScope();
    }

    /// <summary>Standardised units to data.</summary>
    /// <param name="standardized">[batch, dimension].</param>
    /// <returns>A new tensor of the same type; belongs to the caller.</returns>
    public Tensor Inverse(Tensor standardized)
    {
        ArgumentNullException.ThrowIfNull(standardized);
        using var scope = NewDisposeScope();
        return ((standardized * Row(_scale, standardized)) + Row(_mean, standardized)).MoveToOuterDisposeScope();
    }

    /// <summary>The cotangent of data from that of the standardised rows.</summary>
    /// <param name="cotangent">[batch, dimension].</param>
    /// <returns>A new tensor; belongs to the caller.</returns>
    public Tensor Pullback(Tensor cotangent)
    {
        ArgumentNullException.ThrowIfNull(cotangent);
        using var scope = NewDisposeScope();
        return (cotangent / Row(_scale, cotangent)).MoveToOuterDisposeScope();
    }

    private static Tensor Row(double[] values, Tensor like) => tensor(values, dtype: like.dtype, device: like.device);
}
