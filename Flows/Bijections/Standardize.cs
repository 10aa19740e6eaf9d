using FlowOde.Flows.Composition;
using FlowOde.Flows.Layers;
using FlowOde.Solvers.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace FlowOde.Flows.Bijections;

/// <summary>z = (x − mean) / scale, column by column: the first map of every model, so that scores are in units of the user's file.</summary>
public sealed class Standardize : IFlow
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
    public double Shift => _scale.Sum(Math.Log);

    /// <inheritdoc/>
    public int Dimension => _mean.Length;

    /// <summary>No parameters: mean and scale are those of the training data.</summary>
    public FlatVector Parameters { get; } = new(VectorLayout.Empty, ScalarType.Float32);

    /// <inheritdoc/>
    public FlowResult ToBase(Tensor data, FlowDraw draw)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var scope = NewDisposeScope();
        var values = data.sub(Row(_mean, data)).div_(Row(_scale, data));
        return new(values.MoveToOuterDisposeScope(), Constant(data, Shift).MoveToOuterDisposeScope(), new());
    }

    /// <inheritdoc/>
    public FlowResult ToData(Tensor latent, FlowDraw draw) => new(Generate(latent).Values, Constant(latent, -Shift), new());

    /// <inheritdoc/>
    public GeneratedRows Generate(Tensor latent, Tensor? context = null)
    {
        ArgumentNullException.ThrowIfNull(latent);
        using var scope = NewDisposeScope();
        return new((latent * Row(_scale, latent)).add_(Row(_mean, latent), CachedScalars.One).MoveToOuterDisposeScope(), new());
    }

    /// <inheritdoc/>
    public RecordedFlow RecordToBase(Tensor data, FlowDraw draw) =>
        new RecordedBijection(ToBase(data, draw), (cotangent, _) => cotangent.Values.div(Row(_scale, cotangent.Values)));

    private static Tensor Constant(Tensor like, double value)
    {
        using Scalar number = value;
        return full([like.shape[0]], number, dtype: like.dtype, device: like.device);
    }

    private static Tensor Row(double[] values, Tensor like) => tensor(values, dtype: like.dtype, device: like.device);
}
